using System.Text.Json;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Http;
using Dormouse.Postgres;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Tests.Engine;

public sealed class PoolFailureTests
{
    [Theory]
    [InlineData(40, 40)]
    [InlineData(null, 10)]
    public void Clients_are_told_the_size_of_the_pool_that_was_busy(int? size, int told)
    {
        var busy = new ServerConnectionException(ServerFailure.PoolTimedOut, "DM5011", "busy") { PoolSize = size };
        FailureReply reply = FailureReply.From(busy, "request", ErrorMapping.OfOperations);
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            new OperationFailureForm(isQuery: true, new EngineOptions { ConnectionsPerInstance = 10 }).WriteMembers(writer, reply);
            writer.WriteEndObject();
        }
        using JsonDocument answer = JsonDocument.Parse(json.ToArray());
        JsonElement error = answer.RootElement.GetProperty("errors")[0].GetProperty("user_facing_error");
        Assert.Equal("P2024", error.GetProperty("error_code").GetString());
        Assert.Equal(told, error.GetProperty("meta").GetProperty("connection_limit").GetInt32());
    }
}
