using System.Text.Json.Nodes;
using Dormouse.Bench.Load;
using Dormouse.Bench.Reports;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Edge;

/// <summary>A thousand requests at once for an answer that nobody has asked for yet: how often the database was asked.</summary>
internal static class StampedeFigure
{
    /// <summary>Counts the queries that reach the database, and takes its time.</summary>
    public const string Script = """
        CREATE SEQUENCE asked;
        CREATE FUNCTION slow() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT nextval(''asked'') || pg_sleep(0.1)::text';
        SELECT nextval('asked');
        """;

    private const int Requests = 1_000;
    private const int Rounds = 5;

    public static async Task MeasureAsync(
        BenchReport report,
        PlatformProcess platform,
        PlatformDatabase database,
        CancellationToken cancellationToken
    )
    {
        List<ProtocolConnection> connections = [];
        try
        {
            while (connections.Count < Requests)
            {
                connections.Add(await ProtocolConnection.OpenAsync(platform.Http, cancellationToken));
            }
            List<double> asked = [];
            for (var round = 0; round < Rounds; round++)
            {
                long before = await AskedAsync(connections[0], platform, database, cancellationToken);
                byte[] request = EdgeRequests.Post(
                    platform.Http,
                    "/query",
                    database.ApiKey,
                    EdgeRequests.Body("slow()", round),
                    "max-age=60"
                );
                await Task.WhenAll(connections.Select(connection => connection.SendAsync(request, cancellationToken).AsTask()));
                asked.Add(await AskedAsync(connections[0], platform, database, cancellationToken) - before);
            }
            // The worst round counts: one query more is one too many.
            report.Figure("stampede_origin_queries", new Measure(asked.Max(), asked.Min(), asked.Max()));
            report.Aim(new Aim("stampede_origin_queries", AtMost: true, 1));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static async Task<long> AskedAsync(
        ProtocolConnection connection,
        PlatformProcess platform,
        PlatformDatabase database,
        CancellationToken cancellationToken
    )
    {
        string body = EdgeRequests.Body("(SELECT last_value FROM asked)::text");
        byte[] request = EdgeRequests.Post(platform.Http, "/query", database.ApiKey, body, null);
        byte[] answer = ProtocolConnection.Unchunked((await connection.SendAsync(request, cancellationToken)).Span);
        string last = JsonNode.Parse(answer)!["data"]![0]!["payload"]!.GetValue<string>();
        return long.Parse(last, System.Globalization.CultureInfo.InvariantCulture);
    }
}
