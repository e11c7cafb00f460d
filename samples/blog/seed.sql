INSERT INTO "Author" ("id", "name", "email") VALUES
    (1, 'Ada Winter', 'ada@example.com'),
    (2, 'Ben Hazel', 'ben@example.com');

INSERT INTO "Post" ("id", "title", "body", "published", "createdAt", "authorId") VALUES
    (1, 'Why dormice sleep', 'A hazel dormouse spends up to seven months of the year asleep. It is not lazy; it saves its fat.', true, '2026-01-10 09:00:00', 2),
    (2, 'Waking up fast', 'The trick is to keep everything where it was. Then there is nothing to set up, only something to go on with.', true, '2026-01-12 17:30:00', 1),
    (3, 'Nuts, a shopping list', 'Hazelnuts. More hazelnuts. Acorns, if there is no other way.', true, '2026-02-01 08:15:00', 2),
    (4, 'Notes for spring', 'Not yet.', false, '2026-02-20 12:00:00', 1);

INSERT INTO "Comment" ("id", "text", "createdAt", "postId") VALUES
    (1, 'Seven months? I am in the wrong job.', '2026-01-10 11:20:00', 1),
    (2, 'What about dreams?', '2026-01-11 07:45:00', 1),
    (3, 'This also works for databases.', '2026-01-12 18:00:00', 2);

-- The rows above brought their own ids; what comes next counts on from them.
SELECT setval(pg_get_serial_sequence('"Author"', 'id'), (SELECT max("id") FROM "Author"));
SELECT setval(pg_get_serial_sequence('"Post"', 'id'), (SELECT max("id") FROM "Post"));
SELECT setval(pg_get_serial_sequence('"Comment"', 'id'), (SELECT max("id") FROM "Comment"));
