using System.Text;
using System.Text.Json;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Operations;

/// <summary>Damaged requests are answered in order, never with a defect, and leave nothing behind.</summary>
public sealed class MutatedRequestTests
{
    private const int Count = 600;

    [Fact]
    public async Task A_damaged_request_is_refused_or_understood_and_nothing_breaks()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using EdgeHost edge = await Blog.StartAsync();
        OlderClient client = await Blog.ClientAsync(edge);
        string[] requests =
        [
            OlderClient.Query("Author", "findMany", """{"where":{"OR":[{"id":{"in":[1,2]}},{"name":{"contains":"n"}}]},"take":5}"""),
            OlderClient.Query("Post", "findFirst", """{"where":{"price":{"$type":"Decimal","value":"1.5"}}}"""),
            OlderClient.Batch(OlderClient.Query("Author", "findUnique", """{"where":{"id":1}}"""), Blog.CreateAuthor(7, "x")),
            OlderClient.Transaction("""{"isolationLevel":"Serializable"}""", Blog.CreateAuthor(8, "y"), Blog.CreateAuthor(8, "z")),
            OlderClient.Query(null, "queryRaw", """{"query":"SELECT 1","parameters":"[]"}""", "{}"),
        ];

        for (var i = 0; i < Count; i++)
        {
            byte[] damaged = Damage(random, Encoding.UTF8.GetBytes(requests[random.Next(requests.Length)]));
            using var content = new ByteArrayContent(damaged);
            using HttpResponseMessage response = await edge.Http.PostAsync(
                client.Root + "/graphql",
                content,
                TestContext.Current.CancellationToken
            );
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is 200 or 400, $"{Encoding.UTF8.GetString(damaged)}\n{(int)response.StatusCode} {text}");
            JsonElement answer = JsonDocument.Parse(text).RootElement;
            Assert.True(
                answer.TryGetProperty("data", out _)
                    || answer.TryGetProperty("batchResult", out _)
                    || answer.TryGetProperty("errors", out _)
                    || answer.TryGetProperty("is_panic", out _),
                text
            );
        }

        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
        await edge.WaitForAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
            "0"
        );
    }

    private static byte[] Damage(Random random, byte[] body)
    {
        List<byte> bytes = [.. body];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)));
                    break;
                case 3:
                    bytes.InsertRange(at, "{}[]\",:\\0-n\u0000"u8[random.Next(12)..].ToArray());
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
            if (bytes.Count == 0)
            {
                return [];
            }
        }
        return [.. bytes];
    }
}
