using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Engine;

/// <summary>A plain query of protocol B on its way to the database.</summary>
internal sealed class PlanQuery(QueryRunner runner, RequestSessions sessions, DatabaseId database, PooledBuffer body, QueryLog? log)
    : IOriginQuery
{
    /// <summary>A model's name is an identifier of some app; what is longer is not worth showing.</summary>
    private const int MaxNameLength = 64;

    private static readonly FrozenSet<string> Reads = FrozenSet.Create(
        StringComparer.Ordinal,
        "findUnique",
        "findUniqueOrThrow",
        "findFirst",
        "findFirstOrThrow",
        "findMany",
        "aggregate",
        "count",
        "groupBy"
    );

    private PreparedPlan? plan;

    /// <summary>The operation must say that it reads, and the plan must do nothing else: neither is believed alone.</summary>
    public bool MayBeCached => Plan.Known.Plan.OnlyReads && Reads.Contains(NameAt(Plan.Request.Operation));

    public QueryShape Shape =>
        new(
            Plan.Known.Digest,
            string.Create(CultureInfo.InvariantCulture, $"{NameAt(Plan.Request.Operation)} {NameAt(Plan.Request.Model)}").TrimEnd()
        );

    private PreparedPlan Plan => plan ?? throw new InvalidOperationException("The query was not prepared.");

    public ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        plan = runner.Prepare(body.WrittenSpan);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken)
    {
        await sessions.RunAsync(
            database,
            log,
            (session, token) => runner.RunAsync(Plan, session, answer, token), // (6) to (9)
            cancellationToken
        );
        return true;
    }

    public void Dispose() => body.Dispose();

    // Whoever sends a request chooses these texts, and statistics show them: anything but a plain name is left out.
    private string NameAt(Range range)
    {
        ReadOnlySpan<byte> name = body.WrittenSpan[range];
        foreach (byte letter in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter != '_')
            {
                return "";
            }
        }
        return name.Length > MaxNameLength ? "" : Encoding.ASCII.GetString(name);
    }
}
