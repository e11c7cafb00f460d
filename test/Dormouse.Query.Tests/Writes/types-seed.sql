INSERT INTO "Plain" (id, "jOpt") VALUES (1, '{"k": 1}'), (2, NULL);
UPDATE "Plain" SET "iList" = '{1}', "bList" = '{1}', "fList" = '{1}', "dList" = '{1}', "boolList" = '{t}', "tList" = '{2020-01-01}', "yList" = ARRAY['a'::bytea], "jList" = ARRAY['1'::jsonb], "i_opt" = 5, "bOpt" = 5, "fOpt" = 5, "dOpt" = 5 WHERE id = 1;
INSERT INTO "Native" (id) VALUES (1);
SELECT setval(pg_get_serial_sequence('"Plain"', 'id'), 10), setval(pg_get_serial_sequence('"Made"', 'id'), 10), setval(pg_get_serial_sequence('"Made"', 'serial'), 10), setval(pg_get_serial_sequence('"Empty"', 'id'), 10);
