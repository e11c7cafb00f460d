-- 2,000 users with five posts each; three comments and three tags for a post; four notes for a user, without an index.
create table "User" (
  id int primary key, email text not null unique, name text, "createdAt" timestamp(3) not null default now()
);
create table "Post" (
  id int primary key, title text not null, body text not null, published boolean not null, views int not null,
  "createdAt" timestamp(3) not null default now(), "authorId" int not null references "User"(id)
);
create table "Comment" (
  id int primary key, text text not null, "createdAt" timestamp(3) not null default now(), "postId" int not null references "Post"(id)
);
create table "Tag" (id int primary key, name text not null);
create table "_PostToTag" (
  "A" int not null references "Post"(id), "B" int not null references "Tag"(id), primary key ("A", "B")
);
create table "Note" (id int primary key, text text not null, "userId" int not null references "User"(id));
insert into "User" (id, email, name) select i, 'user' || i || '@example.com', 'User number ' || i from generate_series(1, 2000) i;
insert into "Post" (id, title, body, published, views, "authorId")
  select i, 'Post number ' || i, repeat('A sentence of the text. ', 5), i % 3 > 0, i * 7, (i + 4) / 5 from generate_series(1, 10000) i;
insert into "Comment" (id, text, "postId") select i, 'Comment "' || i || '" on a post', (i + 2) / 3 from generate_series(1, 30000) i;
insert into "Tag" select i, 'tag ' || i from generate_series(1, 200) i;
insert into "_PostToTag" select i, (i * 7 + k * 61) % 200 + 1 from generate_series(1, 10000) i, generate_series(0, 2) k;
insert into "Note" select i, 'Note number ' || i, i % 2000 + 1 from generate_series(1, 8000) i;
create index on "Post" ("authorId");
create index on "Comment" ("postId");
create index on "_PostToTag" ("B");
analyze;
