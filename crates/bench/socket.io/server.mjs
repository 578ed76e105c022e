// What Herald's broadcasts are compared with: socket.io at its fastest. It stores nothing, asks nobody
// who they are, and sends what is posted to every socket.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    body += part;
  });
  request.on("end", () => {
    io.emit("n", body);
    response.writeHead(201, { "content-type": "application/json", "content-length": 2 });
    response.end("{}");
  });
});

const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  // the load generator answers pings of WebSocket, and not those of Engine.IO
  pingInterval: 3_600_000,
});

http.listen(0, "127.0.0.1", () => {
  console.log(`127.0.0.1:${http.address().port}`);
});
