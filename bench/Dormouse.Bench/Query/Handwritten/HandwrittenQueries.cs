using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Dormouse.Bench.Query.Handwritten;

/// <summary>The six operations of the bench, each in one round trip.</summary>
internal sealed class HandwrittenQueries(NpgsqlDataSource database)
{
    private const string Author = "\"id\", \"name\", \"email\"";
    private const string Post = "\"id\", \"title\", \"body\", \"published\", \"views\", \"createdAt\", \"authorId\"";

    public async ValueTask AnswerAsync(byte[] body, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        using JsonDocument request = JsonDocument.Parse(body);
        JsonElement arguments = request.RootElement.GetProperty("query"u8).GetProperty("arguments"u8);
        string action = request.RootElement.GetProperty("action"u8).GetString()!;
        string model = request.RootElement.GetProperty("modelName"u8).GetString()!;
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        writer.WritePropertyName(action + model);
        await (
            (action, model) switch
            {
                ("findUnique", _) => FindUniqueAsync(arguments, writer, cancellationToken),
                ("findMany", _) => FindManyAsync(arguments, writer, cancellationToken),
                ("aggregate", _) => AggregateAsync(arguments, writer, cancellationToken),
                ("createOne", "Event") => CreateAsync(arguments, writer, cancellationToken),
                ("createOne", _) => CreateNestedAsync(arguments, writer, cancellationToken),
                ("updateOne", _) => UpdateAsync(arguments, writer, cancellationToken),
                _ => throw new NotSupportedException(action),
            }
        );
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private async ValueTask FindUniqueAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand($"SELECT {Author} FROM \"Author\" WHERE \"id\" = $1");
        Add(command.Parameters, arguments.GetProperty("where"u8).GetProperty("id"u8).GetInt32());
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        if (await rows.ReadAsync(cancellationToken))
        {
            WriteAuthor(writer, rows, 0);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    /// <summary>Relations to one by joins, the one relation to many by a second statement in the same batch.</summary>
    private async ValueTask FindManyAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        int above = arguments.GetProperty("where"u8).GetProperty("id"u8).GetProperty("gt"u8).GetInt32();
        int take = arguments.GetProperty("take"u8).GetInt32();
        await using NpgsqlBatch batch = database.CreateBatch();
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(
                """
                SELECT c."id", c."text", c."postId", c."authorId", a."id", a."name", a."email"
                FROM (SELECT "id" FROM "Post" WHERE "id" > $1 ORDER BY "id" LIMIT $2) p
                JOIN "Comment" c ON c."postId" = p."id" JOIN "Author" a ON a."id" = c."authorId" ORDER BY c."postId", c."id"
                """
            )
        );
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(
                """
                SELECT p."id", p."title", p."body", p."published", p."views", p."createdAt", p."authorId", a."id", a."name", a."email"
                FROM "Post" p JOIN "Author" a ON a."id" = p."authorId" WHERE p."id" > $1 ORDER BY p."id" LIMIT $2
                """
            )
        );
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            Add(command.Parameters, above);
            Add(command.Parameters, take);
        }
        await using NpgsqlDataReader rows = await batch.ExecuteReaderAsync(cancellationToken);
        Queue<CommentRow> comments = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            comments.Enqueue(CommentRow.Read(rows));
        }
        await rows.NextResultAsync(cancellationToken);
        writer.WriteStartArray();
        while (await rows.ReadAsync(cancellationToken))
        {
            writer.WriteStartObject();
            WritePostFields(writer, rows, 0);
            writer.WritePropertyName("author"u8);
            WriteAuthor(writer, rows, 7);
            writer.WriteStartArray("comments"u8);
            int post = rows.GetInt32(0);
            while (comments.TryPeek(out CommentRow comment) && comment.PostId == post)
            {
                comments.Dequeue().Write(writer);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private async ValueTask AggregateAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand(
            "SELECT count(*), avg(\"views\")::float8, max(\"views\") FROM \"Post\" WHERE \"authorId\" = $1 AND \"published\""
        );
        Add(command.Parameters, arguments.GetProperty("where"u8).GetProperty("authorId"u8).GetInt32());
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        writer.WriteStartObject();
        writer.WriteStartObject("_count"u8);
        writer.WriteNumber("_all"u8, rows.GetInt64(0));
        writer.WriteEndObject();
        writer.WriteStartObject("_avg"u8);
        writer.WriteNumber("views"u8, rows.GetDouble(1));
        writer.WriteEndObject();
        writer.WriteStartObject("_max"u8);
        writer.WriteNumber("views"u8, rows.GetInt32(2));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private async ValueTask CreateAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand(
            "INSERT INTO \"Event\" (\"kind\", \"detail\") VALUES ($1, $2::jsonb) RETURNING \"id\", \"kind\", \"detail\"::text, \"createdAt\""
        );
        JsonElement data = arguments.GetProperty("data"u8);
        Add(command.Parameters, data.GetProperty("kind"u8).GetString()!);
        Add(command.Parameters, data.GetProperty("detail"u8).GetRawText());
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        writer.WriteStartObject();
        WriteTagged(writer, "id"u8, "BigInt"u8, rows.GetInt64(0).ToString(CultureInfo.InvariantCulture));
        writer.WriteString("kind"u8, rows.GetString(1));
        WriteTagged(writer, "detail"u8, "Json"u8, rows.GetString(2));
        WriteInstant(writer, "createdAt"u8, rows.GetDateTime(3));
        writer.WriteEndObject();
    }

    private async ValueTask CreateNestedAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand(
            """
            WITH o AS (INSERT INTO "Order" ("customer") VALUES ($1) RETURNING "id", "customer", "createdAt"),
                 l AS (INSERT INTO "OrderLine" ("orderId", "product", "quantity")
                       SELECT o."id", n.product, n.quantity FROM o, unnest($2::text[], $3::int[]) AS n(product, quantity)
                       RETURNING "id", "orderId", "product", "quantity")
            SELECT o."id", o."customer", o."createdAt", l."id", l."orderId", l."product", l."quantity" FROM o, l
            """
        );
        JsonElement data = arguments.GetProperty("data"u8);
        JsonElement[] lines = [.. data.GetProperty("lines"u8).GetProperty("create"u8).EnumerateArray()];
        Add(command.Parameters, data.GetProperty("customer"u8).GetString()!);
        Add(command.Parameters, lines.Select(line => line.GetProperty("product"u8).GetString()!).ToArray());
        Add(command.Parameters, lines.Select(line => line.GetProperty("quantity"u8).GetInt32()).ToArray());
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        writer.WriteStartObject();
        for (int line = 0; await rows.ReadAsync(cancellationToken); line++)
        {
            if (line == 0)
            {
                writer.WriteNumber("id"u8, rows.GetInt32(0));
                writer.WriteString("customer"u8, rows.GetString(1));
                WriteInstant(writer, "createdAt"u8, rows.GetDateTime(2));
                writer.WriteStartArray("lines"u8);
            }
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, rows.GetInt32(3));
            writer.WriteNumber("orderId"u8, rows.GetInt32(4));
            writer.WriteString("product"u8, rows.GetString(5));
            writer.WriteNumber("quantity"u8, rows.GetInt32(6));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private async ValueTask UpdateAsync(JsonElement arguments, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand(
            $"UPDATE \"Post\" SET \"title\" = $1, \"views\" = \"views\" + $2 WHERE \"id\" = $3 RETURNING {Post}"
        );
        JsonElement data = arguments.GetProperty("data"u8);
        Add(command.Parameters, data.GetProperty("title"u8).GetString()!);
        Add(command.Parameters, data.GetProperty("views"u8).GetProperty("increment"u8).GetInt32());
        Add(command.Parameters, arguments.GetProperty("where"u8).GetProperty("id"u8).GetInt32());
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        writer.WriteStartObject();
        WritePostFields(writer, rows, 0);
        writer.WriteEndObject();
    }

    private static void WritePostFields(Utf8JsonWriter writer, NpgsqlDataReader rows, int first)
    {
        writer.WriteNumber("id"u8, rows.GetInt32(first));
        writer.WriteString("title"u8, rows.GetString(first + 1));
        writer.WriteString("body"u8, rows.GetString(first + 2));
        writer.WriteBoolean("published"u8, rows.GetBoolean(first + 3));
        writer.WriteNumber("views"u8, rows.GetInt32(first + 4));
        WriteInstant(writer, "createdAt"u8, rows.GetDateTime(first + 5));
        writer.WriteNumber("authorId"u8, rows.GetInt32(first + 6));
    }

    private static void WriteAuthor(Utf8JsonWriter writer, NpgsqlDataReader rows, int first)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, rows.GetInt32(first));
        writer.WriteString("name"u8, rows.GetString(first + 1));
        writer.WriteString("email"u8, rows.GetString(first + 2));
        writer.WriteEndObject();
    }

    private static void WriteInstant(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTime value) =>
        WriteTagged(writer, name, "DateTime"u8, value.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private static void WriteTagged(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> tag, string value)
    {
        writer.WriteStartObject(name);
        writer.WriteString("$type"u8, tag);
        writer.WriteString("value"u8, value);
        writer.WriteEndObject();
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private readonly record struct CommentRow(int Id, string Text, int PostId, int AuthorId, string Name, string Email)
    {
        public static CommentRow Read(NpgsqlDataReader rows) =>
            new(rows.GetInt32(0), rows.GetString(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetString(5), rows.GetString(6));

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, Id);
            writer.WriteString("text"u8, Text);
            writer.WriteNumber("postId"u8, PostId);
            writer.WriteNumber("authorId"u8, AuthorId);
            writer.WriteStartObject("author"u8);
            writer.WriteNumber("id"u8, AuthorId);
            writer.WriteString("name"u8, Name);
            writer.WriteString("email"u8, Email);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }
}
