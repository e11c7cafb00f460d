-- What the database's clock said when the captured rows were made.
UPDATE memberships SET since = '2026-11-22T04:11:56.309';
UPDATE "Comment" SET "createdAt" = '2026-11-22T04:11:56.263Z';
