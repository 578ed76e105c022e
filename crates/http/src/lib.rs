//! actix-web and actix-ws transport: REST, WebSocket, SSE, OpenAPI
