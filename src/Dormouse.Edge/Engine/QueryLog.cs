using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
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
/// <param name="isComplete">
/// Whether the beginnings of transactions and statements that failed are told too: the engine of clients 5 and 6 does, the plan executor of
/// client 7 does not.
/// </param>
internal sealed class QueryLog(TimeProvider timeProvider, bool isComplete)
{
    /// <summary>Statement texts and parameters kept for one answer; events beyond are dropped rather than let a log outgrow its answer.</summary>
    private const int MaxChars = 1024 * 1024;

    // Shown to people: quotes as quotes.
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Statement> statements = [];

    /// <summary>Whether the client listens to the statements, or to <see cref="Spans"/> alone.</summary>
    public bool WithStatements { get; init; } = true;

    /// <summary>The request's part in a trace of the client; null when it traces nothing.</summary>
    public QuerySpans? Spans { get; init; }

    private int chars;

    public long Start() => timeProvider.GetTimestamp();

    public void Add(SqlStatement statement, long started) => Add(statement.Sql, Write(statement.Parameters), started);

    public void Add(string sql, long started) => Add(sql, "[]", started);

    public void AddFailed(SqlStatement statement, long started)
    {
        if (isComplete)
        {
            Add(statement, started);
        }
    }

    /// <summary>A transaction was begun. BEGIN with a level is two statements to those who listen, as it is in Prisma's engine.</summary>
    public void AddBegin(IsolationLevel level, long started)
    {
        if (isComplete)
        {
            Add("BEGIN", started);
            if (level.SetSql is { } set)
            {
                Add(set, started);
            }
        }
    }

    /// <summary>A server connection was taken, and the instance woken for it if it slept.</summary>
    public void AddConnection(long started) => Spans?.Add("prisma:engine:connection", timeProvider.GetElapsedTime(started), null);

    /// <summary>Writes the value of <c>extensions</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (WithStatements)
        {
            WriteStatements(writer);
        }
        Spans?.WriteTo(writer);
        writer.WriteEndObject();
    }

    private void WriteStatements(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("logs"u8);
        foreach (Statement statement in statements)
        {
            writer.WriteStartObject();
            writer.WriteString("level"u8, "query"u8);
            // No spans are collected, so the events belong to none. The client wants the member nevertheless.
            writer.WriteString("spanId"u8, "00000000000000000000000000000000-0000000000000000"u8);
            writer.WritePropertyName("timestamp"u8);
            QuerySpans.WriteTime(writer, statement.At);
            writer.WriteStartObject("attributes"u8);
            writer.WriteString("query"u8, statement.Sql);
            writer.WriteString("params"u8, statement.Parameters);
            writer.WriteNumber("duration_ms"u8, Math.Round(statement.Duration.TotalMilliseconds, 3));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
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
        Spans?.Add("prisma:engine:db_query", duration, sql);
        statements.Add(new Statement(sql, parameters, timeProvider.GetUtcNow() - duration, duration));
    }

    private static string Write(SqlParameter[] parameters)
    {
        if (parameters.Length == 0)
        {
            return "[]";
        }
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Writing))
        {
            writer.WriteStartArray();
            foreach (SqlParameter parameter in parameters)
            {
                WriteTo(writer, parameter);
            }
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteTo(Utf8JsonWriter writer, SqlParameter parameter)
    {
        switch (parameter)
        {
            case { Utf8Text: null }:
                writer.WriteNullValue();
                break;
            // NaN and the infinities are no numbers of JSON.
            case { IsBare: true, Utf8Text: { } bare } when bare.Span[0] != (byte)'N' && bare.Span[^1] != (byte)'y':
                writer.WriteRawValue(bare.Span);
                break;
            case { Utf8Text: { } text }:
                writer.WriteStringValue(text.Span);
                break;
        }
    }

    private readonly record struct Statement(string Sql, string Parameters, DateTimeOffset At, TimeSpan Duration);
}
