-- A small blog. The first `./dormouse up` makes the database `blog` of it; schema.prisma beside this file says the same to Prisma.

CREATE TABLE "Author" (
    "id"    SERIAL PRIMARY KEY,
    "name"  TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE
);

CREATE TABLE "Post" (
    "id"        SERIAL PRIMARY KEY,
    "title"     TEXT NOT NULL,
    "body"      TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "authorId"  INTEGER NOT NULL REFERENCES "Author" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE INDEX "Post_authorId_idx" ON "Post" ("authorId");

CREATE TABLE "Comment" (
    "id"        SERIAL PRIMARY KEY,
    "text"      TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "postId"    INTEGER NOT NULL REFERENCES "Post" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX "Comment_postId_idx" ON "Comment" ("postId");
