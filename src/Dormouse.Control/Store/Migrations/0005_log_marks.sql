-- A random mark for each revision, so that an edge that comes back after long can be told whether its last revision is one of this log:
-- a store that was put back from a copy goes on with the same numbers and other entries. Of revision 0 the head has it.
alter table dormouse.log add column mark text not null default gen_random_uuid()::text;
alter table dormouse.log_head add column mark text not null default gen_random_uuid()::text;
