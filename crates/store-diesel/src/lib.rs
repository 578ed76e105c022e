//! SQLite repositories (Diesel, r2d2), with a seam for a second backend
