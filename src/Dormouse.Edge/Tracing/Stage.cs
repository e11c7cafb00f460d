using System.Diagnostics;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tracing;

/// <summary>
/// A stage of a request's life as a span of its trace, for observation only. It exists where the request is recorded, and is nothing
/// else: no source has to be handed around, since the request's own span knows it. A stage that is disposed before its end has failed.
/// Start it in an <c>async</c> method, or end it in the same method: else it would be the parent of what its caller does next.
/// </summary>
/// <remarks>What a stage says never holds a value of a statement or of a row, nor a statement's text, in which values may stand.</remarks>
internal readonly struct Stage : IDisposable
{
    /// <summary>Our own or Prisma's code of a failure.</summary>
    public const string FailureCode = "dormouse.failure.code";

    private const string Namespace = "db.namespace";

    private readonly Activity? activity;

    private Stage(Activity? activity) => this.activity = activity;

    public bool IsRecorded => activity is not null;

    /// <summary>When a recorded stage ended.</summary>
    public DateTime EndedAt => activity is null ? default : activity.StartTimeUtc + activity.Duration;

    /// <summary>Whether what runs now belongs to a request that is recorded.</summary>
    public static bool AreRecorded => Recorded is not null;

    private static Activity? Recorded =>
        Activity.Current is { IsAllDataRequested: true, Source.Name: EdgeTraces.SourceName } current ? current : null;

    public static Stage Start(string name) => new(Recorded?.Source.StartActivity(name));

    /// <summary>A statement at the server, by OpenTelemetry's conventions for PostgreSQL's clients.</summary>
    /// <param name="database">Whose it is. Each has a server of its own, on which all are named alike.</param>
    /// <param name="sql">Only its first word is told.</param>
    public static Stage OfStatement(DatabaseId database, string sql)
    {
        if (Recorded is not { } request)
        {
            return default;
        }
        string? verb = SqlVerb.Of(sql);
        Activity? statement = request.Source.StartActivity(verb ?? "postgresql", ActivityKind.Client);
        statement?.SetTag("db.system.name", "postgresql").SetTag(Namespace, database.ToString());
        if (verb is not null)
        {
            statement?.SetTag("db.operation.name", verb);
        }
        return new Stage(statement);
    }

    /// <summary>A stage that ends now and of which it is known only now that it was one.</summary>
    public static void Was(string name, DateTime since) =>
        Recorded?.Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: since)?.Stop();

    /// <summary>Says whose request this is.</summary>
    public static void Note(DatabaseId database)
    {
        if (Recorded is { } request)
        {
            request.SetTag(Namespace, database.ToString());
        }
    }

    /// <summary>Adds to the span of what runs now.</summary>
    public static void Note(string name, string? value) => Recorded?.SetTag(name, value);

    public Stage Tag(string name, string value)
    {
        activity?.SetTag(name, value);
        return this;
    }

    /// <summary>PostgreSQL said no. Its message is left out: it quotes values.</summary>
    public void Refused(string sqlState) => activity?.SetTag("db.response.status_code", sqlState).SetTag("error.type", sqlState);

    public void End() => activity?.Stop();

    public void Dispose()
    {
        if (activity is { IsStopped: false })
        {
            activity.SetStatus(ActivityStatusCode.Error);
            activity.Stop();
        }
    }
}
