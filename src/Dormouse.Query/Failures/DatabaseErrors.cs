using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Failures;

/// <summary>PostgreSQL's errors in the words of protocol B: the code, the text and the meta that the reference executor gives them.</summary>
public static class DatabaseErrors
{
    /// <summary>What the client is told. <paramref name="raw"/>: the statement was written by the user ($queryRaw, $executeRaw).</summary>
    public static PlanException ToPlanException(DatabaseError error, bool raw, Exception? cause = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var mapped = MappedDatabaseError.Of(error);
        if (raw)
        {
            var text = $"Raw query failed. Code: `{error.SqlState}`. Message: `{error.Message}`";
            return new PlanException("P2010", text, Meta(error, mapped, null), cause);
        }

        return mapped.Code is { } code
            ? new PlanException(code, mapped.Message, Meta(error, mapped, mapped.Table), cause)
            : new PlanException(
                "P2039",
                $"Database error. Code: `{error.SqlState}`. Message: `{error.Message}`",
                Meta(error, mapped, null),
                cause
            );
    }

    /// <summary>The connection to the instance broke while the statement ran.</summary>
    public static PlanException ConnectionClosed(Exception? cause = null) =>
        new("P1017", "Server has closed the connection.", WithoutSqlState("ConnectionClosed", null), cause);

    /// <summary>A result has a column of a type that protocol B cannot carry.</summary>
    internal static PlanException UnsupportedType(string type, bool raw)
    {
        var text =
            $"Failed to deserialize column of type '{type}'. If you're using $queryRaw and this column is explicitly marked as "
            + "`Unsupported` in your Prisma schema, try casting this column to any supported Prisma type such as `String`.";
        return new PlanException(
            "P2010",
            raw ? $"Raw query failed. Code: `N/A`. Message: `{text}`" : text,
            WithoutSqlState("UnsupportedNativeDataType", type)
        );
    }

    private static ReadOnlyMemory<byte> Meta(DatabaseError error, MappedDatabaseError mapped, string? table) =>
        Write(
            writer =>
            {
                writer.WriteString("originalCode"u8, error.SqlState);
                writer.WriteString("originalMessage"u8, error.Message);
                mapped.WriteCause(writer);
            },
            table
        );

    private static ReadOnlyMemory<byte> WithoutSqlState(string kind, string? type) =>
        Write(
            writer =>
            {
                writer.WriteString("kind"u8, kind);
                if (type is not null)
                {
                    writer.WriteString("type"u8, type);
                }
            },
            null
        );

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> cause, string? table)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("driverAdapterError"u8);
            writer.WriteString("name"u8, "DriverAdapterError"u8);
            writer.WriteStartObject("cause"u8);
            cause(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
            if (!string.IsNullOrEmpty(table))
            {
                writer.WriteString("table"u8, table);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }
}
