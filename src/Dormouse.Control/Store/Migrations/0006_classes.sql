-- What a database is while little is asked of it, and what it may become under load; null: what the platform says. What it is at the
-- moment its instance knows.
alter table dormouse.databases add column class text not null default 'small' check (class in ('small', 'medium', 'large'));
alter table dormouse.databases add column max_class text check (max_class in ('small', 'medium', 'large'));
