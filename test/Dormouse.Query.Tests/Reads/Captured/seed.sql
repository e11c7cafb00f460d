-- The rows that seed.js writes, for a side whose engine does not have to be able to write them. Instants that seed.js leaves to the
-- engine are fixed here.
TRUNCATE users, "Profile", posts, "Category", "Group", memberships, "Comment", "_CategoryToPost" RESTART IDENTITY CASCADE;
INSERT INTO "Category" (id, name, "parentId") VALUES (1, 'root', NULL), (2, 'child', 1), (3, 'child2', 1);
INSERT INTO users (id, uid, email, first_name, last_name, role, roles, tags, scores, age, balance, views, rating, active, avatar,
    settings, meta, created_at, updated_at, birthday, "managerId") VALUES
  (1, '11111111-1111-4111-8111-111111111111', 'ann@example.com', 'Ann', 'Archer', 'admin', '{USER,admin}', '{x,y}', '{1,2}', 30, 10.5,
    9007199254740993, 4.5, true, '\x0102ff', '{"a": {"b": 1}, "n": 5, "s": "Xyz"}', '{"tags": ["x"]}', '2024-01-01 00:00:00.123',
    '2024-01-04 00:00:00', '2000-01-02', NULL),
  (2, '11111111-1111-4111-8111-111111111112', 'bob@example.com', 'Bob', NULL, 'USER', NULL, '{}', NULL, 40, 0, 0, NULL, true, NULL,
    '{}', NULL, '2024-01-02 00:00:00', '2024-01-04 00:00:00', NULL, NULL),
  (3, '11111111-1111-4111-8111-111111111113', 'cat@example.com', 'Cat', 'Cole', 'USER', NULL, '{}', NULL, NULL, 0, 0, NULL, true, NULL,
    '{}', NULL, '2024-01-03 00:00:00', '2024-01-04 00:00:00', NULL, 1);
INSERT INTO posts (id, title, slug, visibility, published, likes, price, bigs, decs, dates, blobs, flags, jsons, "createdAt", "authorId",
    "reviewerId") VALUES
  ('p1', 'hello world', 'p1', 'PRIVATE', true, 3, 1.5, '{1}', '{1.1}', '{"2020-01-01 00:00:00"}', '{"\\x61"}', '{t}', '{"{\"a\": 1}"}',
    '2024-02-01 00:00:00', 1, NULL),
  ('p2', 'second', 'p2', 'PRIVATE', false, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-02-02 00:00:00', 1, 2),
  ('p3', 'third', 'p3', 'PUBLIC', true, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-02-03 00:00:00', 2, NULL);
INSERT INTO "Comment" (id, text, "postId", "userId", "createdAt") VALUES (1, 'c1', 'p1', 2, '2024-02-04 00:00:00+00');
INSERT INTO "Group" (id, name) VALUES (1, 'g');
INSERT INTO "Profile" (id, bio, "userId") VALUES (1, 'bio', 1);
INSERT INTO "_CategoryToPost" ("A", "B") VALUES (1, 'p1'), (2, 'p1');
INSERT INTO memberships ("userId", "groupId", since, level) VALUES (1, 1, '2024-02-04 00:00:00', 1), (2, 1, '2024-02-04 00:00:00', 1);
ALTER SEQUENCE "Category_id_seq" RESTART WITH 4;
ALTER SEQUENCE "Comment_id_seq" RESTART WITH 2;
ALTER SEQUENCE "Group_id_seq" RESTART WITH 2;
ALTER SEQUENCE "Profile_id_seq" RESTART WITH 2;
ALTER SEQUENCE users_id_seq RESTART WITH 11;
-- What the database's clock said when the captured rows were made.
UPDATE memberships SET since = '2026-11-22T04:11:56.309';
UPDATE "Comment" SET "createdAt" = '2026-11-22T04:11:56.263Z';
