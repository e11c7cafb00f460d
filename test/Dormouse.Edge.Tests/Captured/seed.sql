INSERT INTO users (id, uid, email, first_name, last_name, age, role, roles, tags, scores, balance, views, rating, avatar, settings, meta, created_at, updated_at, birthday, "managerId") VALUES
  (1, '11111111-1111-4111-8111-111111111111', 'ann@example.com', 'Ann', 'Archer', 30, 'admin', '{USER,admin}', '{x,y}', '{1,2}', 10.5, 9007199254740993, 4.5, '\x0102ff', '{"a":{"b":1},"s":"Xyz","n":5}', '{"tags":["x"]}', '2024-01-01 00:00:00.123', '2024-01-01', '2000-01-02', NULL),
  (2, '11111111-1111-4111-8111-111111111112', 'bob@example.com', 'Bob', NULL, 40, 'USER', NULL, '{}', NULL, 0, 0, NULL, NULL, '{}', NULL, '2024-01-02', '2024-01-02', NULL, NULL),
  (3, '11111111-1111-4111-8111-111111111113', 'cat@example.com', 'Cat', 'Cole', NULL, 'USER', NULL, '{}', NULL, 0, 0, NULL, NULL, '{}', NULL, '2024-01-03', '2024-01-03', NULL, 1);
SELECT setval('users_id_seq', 10);
INSERT INTO "Profile" ("userId", bio) VALUES (1, 'bio');
INSERT INTO "Category" (name, "parentId") VALUES ('root', NULL), ('child', 1), ('child2', 1);
INSERT INTO posts (id, title, slug, "authorId", published, likes, price, "createdAt", bigs, decs, dates, blobs, flags, jsons) VALUES
  ('p1', 'hello world', 'p1', 1, true, 3, 1.50, '2024-02-01', '{1}', '{1.1}', '{2020-01-01}', ARRAY['a'::bytea], '{t}', ARRAY['{"a":1}'::jsonb]);
INSERT INTO posts (id, title, slug, "authorId", "reviewerId", published, visibility, "createdAt") VALUES
  ('p2', 'second', 'p2', 1, 2, false, 'PRIVATE', '2024-02-02'),
  ('p3', 'third', 'p3', 2, NULL, true, 'PUBLIC', '2024-02-03');
INSERT INTO "_CategoryToPost" ("A", "B") VALUES (1, 'p1'), (2, 'p1');
INSERT INTO "Comment" (text, "postId", "userId") VALUES ('c1', 'p1', 2);
INSERT INTO "Group" (name) VALUES ('g');
INSERT INTO memberships ("userId", "groupId") VALUES (1, 1), (2, 1);
