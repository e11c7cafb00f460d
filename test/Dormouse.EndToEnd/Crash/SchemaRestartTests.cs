using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Crash;

/// <summary>What clients 5 and 6 uploaded outlives the platform, so that a restart asks nobody for it again.</summary>
public sealed class SchemaRestartTests
{
    private const string Schema = """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }

        model Note {
          id Int @id
        }
        """;

    private const string Query = """{"modelName":"Note","action":"findMany","query":{"arguments":{},"selection":{"id":true}}}""";

    /// <summary>After it was stopped: <see cref="LivingClientTests"/>.</summary>
    [Fact]
    public async Task A_schema_is_there_after_the_platform_was_killed()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("notes", cancellationToken);
        await platform.ExecuteAsync(
            database.Name,
            """CREATE TABLE "Note" (id int PRIMARY KEY); INSERT INTO "Note" VALUES (7)""",
            cancellationToken
        );
        string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(Schema));
        string root = "/6.19.3/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(base64)));

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, "/graphql", Query)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/schema", base64)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, "/graphql", Query)).Status);
        // The store has it a moment after the client's answer.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        await platform.KillAsync(cancellationToken);
        await platform.UpAsync(cancellationToken);

        (HttpStatusCode status, string text) = await SendAsync(HttpMethod.Post, "/graphql", Query);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"data":{"findManyNote":[{"id":7}]}}""", text);

        async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string body)
        {
            using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = platform.Http };
            using HttpRequestMessage request = new(method, root + path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", database.ApiKey);
            request.Content = new StringContent(body);
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
