-- A table and some rows, about 0.2 MB: what a new database of the bench holds. The request asks for one of them.
CREATE TABLE "Author" (
    "id" SERIAL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL
);
CREATE UNIQUE INDEX "Author_email_key" ON "Author"("email");

INSERT INTO "Author" ("name", "email")
SELECT 'Author ' || n, 'author' || n || '@example.com' FROM generate_series(1, 1000) AS n;

ANALYZE "Author";
