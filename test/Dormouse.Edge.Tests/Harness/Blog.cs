namespace Dormouse.Edge.Tests.Harness;

/// <summary>The schema and the rows of the tests of protocol A.</summary>
internal static class Blog
{
    public const string Schema = """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }

        model Author {
          id    Int    @id
          name  String @unique
          posts Post[]
        }

        model Post {
          id       Int    @id
          title    String
          price    Decimal
          authorId Int
          author   Author @relation(fields: [authorId], references: [id])
          tags     PostTag[]
        }

        model Sleeper {
          id  Int    @id
          nap String

          @@map("sleeper")
        }

        model PostTag {
          postId Int
          tag    String   @db.Char(4)
          since  DateTime
          post   Post     @relation(fields: [postId], references: [id])

          @@id([postId, tag])
          @@unique([tag, since])
        }
        """;

    public const string Script = """
        CREATE TABLE "Author" (id int PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE "Post" (id int PRIMARY KEY, title text NOT NULL, price decimal(65,30) NOT NULL, "authorId" int NOT NULL REFERENCES "Author");
        CREATE TABLE "PostTag" (
            "postId" int NOT NULL REFERENCES "Post", tag char(4) NOT NULL, since timestamp(3) NOT NULL, PRIMARY KEY ("postId", tag), UNIQUE (tag, since)
        );
        INSERT INTO "Author" VALUES (1, 'Ann'), (2, 'Bob');
        INSERT INTO "Post" VALUES (1, 'first', 1.50, 1), (2, 'second', 2, 1), (3, 'third', 3, 2);
        INSERT INTO "PostTag" VALUES (1, 'a', '2024-01-01'), (1, 'b', '2024-01-02'), (2, 'a', '2024-01-03');

        -- A read that takes a minute, and authors who take one to write or to commit.
        CREATE VIEW sleeper AS SELECT 1 AS id, pg_sleep(60)::text AS nap;
        CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE INSERT ON "Author" FOR EACH ROW WHEN (NEW.name = 'slow') EXECUTE FUNCTION nap();
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON "Author" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.name = 'late') EXECUTE FUNCTION nap();
        """;

    public static string CreateAuthor(int id, string name) =>
        OlderClient.Query("Author", "createOne", $$$$$$"""{"data":{"id":{{{{{{id}}}}}},"name":"{{{{{{name}}}}}}"}}""", """{"id":true}""");

    public static Task<EdgeHost> StartAsync(Action<EdgeOptions>? configure = null, TimeProvider? timeProvider = null) =>
        EdgeHost.StartAsync(configure, timeProvider, Script);

    /// <summary>A client whose schema is uploaded.</summary>
    public static async Task<OlderClient> ClientAsync(EdgeHost edge, string version = "6.19.3")
    {
        var client = new OlderClient(edge, Schema, version);
        Reply upload = await client.UploadAsync();
        Assert.True(upload.Status == 200, upload.Text);
        return client;
    }
}
