using System.Net;
using System.Net.Http.Headers;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Backups;

/// <summary>psql takes the end of its input for the end of the script, and a platform that is killed ends its input.</summary>
public sealed class ImportKillTests
{
    private const string Sessions =
        "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'psql' AND state = 'idle in transaction'";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_kill_in_the_middle_of_an_import_commits_nothing_and_leaves_no_password_behind()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample");
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        string unfinished = Path.Combine(platform.DataPath, "unfinished");

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(platform.Http, $"/management/databases/{database.Id}/import"));
        string token = await File.ReadAllTextAsync(Path.Combine(platform.DataPath, "admin.token"), cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        request.Content = new EndlessContent("CREATE TABLE early (n int);\n" + new string(' ', 1000) + "\n");
        Task importing = http.SendAsync(request, cancellationToken);
        await UntilAsync("1", client, cancellationToken);
        Assert.NotEmpty(Directory.GetDirectories(unfinished));

        await platform.KillAsync(cancellationToken);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => importing);
        await platform.UpAsync(cancellationToken);

        using ProtocolClient next = ProtocolClient.Of(platform, database);
        await UntilAsync("0", next, cancellationToken);
        Assert.Equal("0", await next.ScalarAsync("SELECT count(*)::text FROM pg_tables WHERE tablename = 'early'", cancellationToken));
        Assert.Empty(Directory.GetFileSystemEntries(unfinished));
    }

    private static async Task UntilAsync(string sessions, ProtocolClient client, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (await client.ScalarAsync(Sessions, limit.Token) != sessions)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Sends its text and then nothing, and no end either.</summary>
    private sealed class EndlessContent(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            while (true)
            {
                // A blank now and then, so that the end of the other side is noticed.
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
                await stream.WriteAsync(" "u8.ToArray(), cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
