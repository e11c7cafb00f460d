-- The tables of bench.prisma with rows, and a role through which the peer reaches the same server.
CREATE TABLE "Author" (
    "id" SERIAL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL
);
CREATE UNIQUE INDEX "Author_email_key" ON "Author"("email");

CREATE TABLE "Post" (
    "id" SERIAL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "views" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "authorId" INTEGER NOT NULL REFERENCES "Author"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");

CREATE TABLE "Event" (
    "id" BIGSERIAL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "Comment" (
    "id" SERIAL PRIMARY KEY,
    "text" TEXT NOT NULL,
    "postId" INTEGER NOT NULL REFERENCES "Post"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "authorId" INTEGER NOT NULL REFERENCES "Author"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "Comment_postId_idx" ON "Comment"("postId");

CREATE TABLE "Order" (
    "id" SERIAL PRIMARY KEY,
    "customer" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "OrderLine" (
    "id" SERIAL PRIMARY KEY,
    "orderId" INTEGER NOT NULL REFERENCES "Order"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    "product" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL
);
CREATE INDEX "OrderLine_orderId_idx" ON "OrderLine"("orderId");

INSERT INTO "Author" ("name", "email")
SELECT 'Author ' || n, 'author' || n || '@example.com' FROM generate_series(1, 200) AS n;

INSERT INTO "Post" ("title", "body", "published", "views", "createdAt", "authorId")
SELECT 'Title ' || n, repeat('Some words of post ' || n || '. ', 8), n % 3 > 0, n % 1000,
       TIMESTAMP '2025-01-01' + n * INTERVAL '1 minute', 1 + n % 200
FROM generate_series(1, 10000) AS n;

INSERT INTO "Comment" ("text", "postId", "authorId")
SELECT 'Comment ' || n, 1 + n % 10000, 1 + n * 7 % 200 FROM generate_series(1, 30000) AS n;

ANALYZE "Author";
ANALYZE "Post";
ANALYZE "Comment";
