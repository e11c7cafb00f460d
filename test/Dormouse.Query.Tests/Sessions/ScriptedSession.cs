using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Tests.Sessions;

/// <summary>What PostgreSQL answers to one statement: rows as text, a count, or an error.</summary>
internal sealed record Reply(RowColumn[] Columns, string?[][] Rows, long Affected = 0, DatabaseError? Error = null)
{
    public static Reply Of(string columns, params string?[][] rows)
    {
        var parsed = columns
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(c => c.Split(':'))
            .Select(c => new RowColumn(c[0], uint.Parse(c[1], System.Globalization.CultureInfo.InvariantCulture)));
        return new Reply([.. parsed], rows);
    }

    public static Reply Count(long affected) => new([], [], affected);

    public static Reply Failing(string sqlState, string message) =>
        new(
            [],
            [],
            0,
            new DatabaseError
            {
                SqlState = sqlState,
                Message = message,
                Severity = "ERROR",
            }
        );

    public void AppendTo(RowTable table)
    {
        table.Begin(new RowShape(Columns));
        foreach (var row in Rows)
        {
            table.AddRow(DataRow(row));
        }
    }

    public static byte[] DataRow(string?[] cells)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var cell in cells)
        {
            var text = cell is null ? [] : Encoding.UTF8.GetBytes(cell);
            BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(4), cell is null ? -1 : text.Length);
            bytes.Advance(4);
            bytes.Write(text);
        }

        return bytes.WrittenSpan.ToArray();
    }
}

/// <summary>A session that answers from a script and notes what it was asked.</summary>
internal sealed class ScriptedSession(params Reply[] replies) : ISqlSession
{
    private int next;

    public List<string> Log { get; } = [];

    public List<SqlStatement> Statements { get; } = [];

    public bool InTransaction { get; set; }

    /// <summary>Thrown by COMMIT.</summary>
    public DatabaseError? CommitError { get; init; }

    /// <summary>The last reply answers all further statements.</summary>
    public bool Repeats { get; init; }

    public ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken)
    {
        Take(statement).AppendTo(rows);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken) => new(Take(statement).Affected);

    public ValueTask BeginAsync(CancellationToken cancellationToken) => Note("BEGIN", true);

    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        var done = Note("COMMIT", false);
        return CommitError is null ? done : throw new DatabaseErrorException(CommitError);
    }

    public ValueTask RollbackAsync(CancellationToken cancellationToken) => Note("ROLLBACK", false);

    private ValueTask Note(string word, bool inTransaction)
    {
        Log.Add(word);
        InTransaction = inTransaction;
        return ValueTask.CompletedTask;
    }

    /// <summary>Values are there until the run ends, and then others', in tests that run beside this one.</summary>
    private static SqlParameter Copy(SqlParameter parameter) =>
        parameter.Utf8Text is { } text ? parameter with { Utf8Text = text.ToArray() } : parameter;

    private Reply Take(SqlStatement statement)
    {
        Log.Add(statement.Sql);
        Statements.Add(statement with { Parameters = Array.ConvertAll(statement.Parameters, Copy) });
        var reply = Repeats ? replies[Math.Min(next, replies.Length - 1)] : replies[next];
        next++;
        return reply.Error is null ? reply : throw new DatabaseErrorException(reply.Error);
    }
}

internal static class Run
{
    public static readonly QueryLimits Limits = new();

    public static async Task<string> Plan(string plan, ISqlSession session, string parameters = "{}", QueryLimits? limits = null)
    {
        limits ??= Limits;
        var output = new ArrayBufferWriter<byte>();
        await new PlanInterpreter(limits, TimeProvider.System).RunAsync(
            QueryPlan.Parse(Encoding.UTF8.GetBytes(plan), limits),
            PlanParameters.Parse(Encoding.UTF8.GetBytes(parameters), default, limits),
            session,
            output,
            TestContext.Current.CancellationToken
        );
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static Task<string> Plan(string plan, params Reply[] replies) => Plan(plan, new ScriptedSession(replies));

    /// <summary>A query node with fixed SQL.</summary>
    public static string Query(string sql = "SELECT") =>
        $$$"""{"type":"query","args":{"type":"templateSql","fragments":[{"type":"stringChunk","chunk":"{{{sql}}}"}],"args":[],"argTypes":[],"placeholderFormat":{"prefix":"$","hasNumbering":true},"chunkable":true}}""";

    public static string Raw(string sql = "SELECT") =>
        $$$"""{"type":"query","args":{"type":"rawSql","sql":"{{{sql}}}","args":[],"argTypes":[]}}""";

    public static string Execute(string sql = "UPDATE") =>
        $$$"""{"type":"execute","args":{"type":"rawSql","sql":"{{{sql}}}","args":[],"argTypes":[]}}""";

    /// <summary>A dataMap whose fields are given as "name:type" or "name:type[]".</summary>
    public static string DataMap(string expression, string fields, string enums = "{}") =>
        $$$"""{"type":"dataMap","args":{"expr":{{{expression}}},"structure":{{{Object(fields)}}},"enums":{{{enums}}}}}""";

    public static string Object(string fields, string? serializedName = null, string more = "")
    {
        var parts = fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split(':')).Select(f => Field(f[0], f[1]));
        var name = serializedName is null ? "null" : $"\"{serializedName}\"";
        return $$$"""{"type":"object","serializedName":{{{name}}},"skipNulls":false,"fields":{{{{string.Join(',', parts.Append(more).Where(p => p.Length > 0))}}}}}""";
    }

    private static string Field(string name, string type)
    {
        var arity = type.EndsWith("[]", StringComparison.Ordinal) ? "list" : "optional";
        var word = type.TrimEnd('[', ']').Split('=');
        var extra = word[0] switch
        {
            "bytes" => $",\"encoding\":\"{(word.Length > 1 ? word[1] : "array")}\"",
            "enum" => $",\"name\":\"{word[1]}\"",
            _ => "",
        };
        return $$$"""{{{'"' + name + '"'}}}:{"type":"field","dbName":"{{{name}}}","fieldType":{"arity":"{{{arity}}}","type":"{{{word[0]}}}"{{{extra}}}}}""";
    }
}
