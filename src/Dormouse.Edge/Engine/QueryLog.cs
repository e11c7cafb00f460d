using System.Buffers;
using System.Text;
using System.Text.Json;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Transactions;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>
/// The statements that one request ran, for a client that listens to query events (<c>query</c> in <c>X-Capture-Telemetry</c>).
/// Exists only then. Never written to a log of the platform.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="withBegin">
/// Whether the beginnings of transactions count as statements: the engine of clients 5 and 6 says them, the plan executor of client 7 does not.
/// </param>
internal sealed class QueryLog(TimeProvider timeProvider, bool withBegin)
{
    /// <summary>Statement texts and parameters kept for one answer; events beyond are dropped rather than let a log outgrow its answer.</summary>
    private const int MaxChars = 1024 * 1024;

    private readonly List<Statement> statements = [];
    private int chars;

    public long Start() => timeProvider.GetTimestamp();

    public void Add(SqlStatement statement, long started) => Add(statement.Sql, Write(statement.Parameters), started);

    public void Add(string sql, long started) => Add(sql, "[]", started);

    /// <summary>A transaction was begun. BEGIN with a level is two statements to those who listen, as it is in Prisma's engine.</summary>
    public void AddBegin(IsolationLevel level, long started)
    {
        if (withBegin)
        {
            Add("BEGIN", started);
            if (level.SetSql is { } set)
            {
                Add(set, started);
            }
        }
    }

    /// <summary>Writes the value of <c>extensions</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("logs"u8);
        foreach (Statement statement in statements)
        {
            writer.WriteStartObject();
            writer.WriteString("level"u8, "query"u8);
            // No spans are collected, so the events belong to none. The client wants the member nevertheless.
            writer.WriteString("spanId"u8, "00000000000000000000000000000000-0000000000000000"u8);
            writer.WriteStartArray("timestamp"u8);
            (long seconds, long ticks) = Math.DivRem((statement.At - DateTimeOffset.UnixEpoch).Ticks, TimeSpan.TicksPerSecond);
            writer.WriteNumberValue(seconds);
            writer.WriteNumberValue(ticks * TimeSpan.NanosecondsPerTick);
            writer.WriteEndArray();
            writer.WriteStartObject("attributes"u8);
            writer.WriteString("query"u8, statement.Sql);
            writer.WriteString("params"u8, statement.Parameters);
            writer.WriteNumber("duration_ms"u8, Math.Round(statement.Duration.TotalMilliseconds, 3));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Adds the <c>extensions</c> to an answer that is whole: an object with something in it.</summary>
    public void AppendTo(PooledBuffer answer)
    {
        answer.Truncate(answer.Length - 1);
        answer.Write(",\"extensions\":"u8);
        using (var writer = new Utf8JsonWriter(answer))
        {
            WriteTo(writer);
        }
        answer.Write("}"u8);
    }

    private void Add(string sql, string parameters, long started)
    {
        chars += sql.Length + parameters.Length;
        if (chars > MaxChars)
        {
            return;
        }
        TimeSpan duration = timeProvider.GetElapsedTime(started);
        statements.Add(new Statement(sql, parameters, timeProvider.GetUtcNow() - duration, duration));
    }

    private static string Write(SqlParameter[] parameters)
    {
        if (parameters.Length == 0)
        {
            return "[]";
        }
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartArray();
            foreach (SqlParameter parameter in parameters)
            {
                if (parameter.Utf8Text is { } text)
                {
                    writer.WriteStringValue(text.Span);
                }
                else
                {
                    writer.WriteNullValue();
                }
            }
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private readonly record struct Statement(string Sql, string Parameters, DateTimeOffset At, TimeSpan Duration);
}
