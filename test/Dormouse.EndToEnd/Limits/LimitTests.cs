using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Limits;

/// <summary>What unmodified clients make of the front door's limits: the code that their app sees, and what they repeat by themselves.</summary>
public sealed class LimitTests(SharedPlatform shared)
{
    private static readonly string[] Options =
    [
        "--https",
        "0",
        "--trust-proxy",
        "127.0.0.0/8",
        "--trust-proxy",
        "::1",
        "--requests-per-key",
        "4",
        "--failed-keys",
        "3",
        "--max-body",
        "1",
        "--max-answer",
        "1",
    ];

    [Fact]
    public async Task Each_client_sees_the_code_of_each_limit_and_repeats_only_what_may_be()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await shared.Clients;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, Options);
        for (var number = 0; number < ClientSet.All.Count; number++)
        {
            ClientSet set = ClientSet.All[number];
            var client = new LimitedClient(platform, await shared.ClientsOf(set), set.Name, $"198.51.100.{number}");
            await client.PrepareAsync(cancellationToken);
            bool repeats = set != ClientSet.Prisma7;
            string tooMany = repeats ? "P5008" : "P5011";
            string wrongKey = repeats ? "P5007" : "P6002";

            (string[] outcomes, int[] statuses) = await client.RunAsync("large", cancellationToken);
            Assert.Equal(["P6000", "P6009", "ok"], outcomes);
            Assert.Equal((1, 1), (statuses.Count(status => status == 413), statuses.Count(status => status == 422)));

            (outcomes, statuses) = await client.RunAsync("burst", cancellationToken);
            Assert.Contains("ok", outcomes);
            Assert.Contains(429, statuses);
            Assert.All(outcomes, code => Assert.Contains(code, (string[])["ok", tooMany]));

            // Last, since new keys of this address have to wait now.
            (outcomes, statuses) = await client.RunAsync("guess", cancellationToken);
            Assert.Equal(["ok", wrongKey, wrongKey, wrongKey, tooMany, tooMany, tooMany, "ok"], outcomes);
            // Three and their three repeats; the newest client repeats nothing.
            Assert.Equal(repeats ? 12 : 3, statuses.Count(status => status == 429));
        }
    }

    /// <summary>A client of one version with a database of its own, and a new key for each of its calls.</summary>
    private sealed class LimitedClient(PlatformProcess platform, NodeClients clients, string name, string address)
    {
        public async Task PrepareAsync(CancellationToken cancellationToken)
        {
            PlatformDatabase database = await platform.CreateDatabaseAsync(name, cancellationToken);
            string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
            await platform.ExecuteAsync(database.Id, schema, cancellationToken);
        }

        public async Task<(string[] Outcomes, int[] Statuses)> RunAsync(string call, CancellationToken cancellationToken)
        {
            JsonElement key = await platform.JsonAsync(["connection", "create", name, "--name", call], cancellationToken);
            string url = key.GetProperty("urls").GetProperty("https").GetString()!;
            string printed = await clients.RunAsync(
                "limits.js",
                [url, call, address],
                TimeSpan.FromMinutes(2),
                cancellationToken,
                platform.TrustEnvironment
            );
            JsonElement outcome = JsonDocument.Parse(printed).RootElement;
            return (outcome.GetProperty("outcomes").Deserialize<string[]>()!, outcome.GetProperty("statuses").Deserialize<int[]>()!);
        }
    }
}
