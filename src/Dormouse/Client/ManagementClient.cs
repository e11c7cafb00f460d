using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Data;

namespace Dormouse.Client;

/// <summary>The command line's way to the running platform of a data folder: its management endpoint, with the folder's admin token.</summary>
internal sealed class ManagementClient : IDisposable
{
    // Making a database takes well under a second and a script or a backup what it takes; a person who waits longer presses Ctrl-C. What
    // was begun goes on.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromHours(12);

    private readonly HttpClient http;
    private readonly DataFolder folder;

    private ManagementClient(DataFolder folder, PlatformRecord record, string token)
    {
        this.folder = folder;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A dump is sent once the platform has said that it wants it: refusals come before the first byte.
            Expect100ContinueTimeout = RequestTimeout,
        };
        http = new HttpClient(handler) { BaseAddress = new Uri(record.Management ?? record.Http), Timeout = RequestTimeout };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="DormouseException">No platform runs on the folder.</exception>
    public static ManagementClient Find(DataFolder folder)
    {
        PlatformRecord? record = folder.ReadRecord();
        return record is null || !record.IsAlive() ? throw NotRunning(folder) : new ManagementClient(folder, record, folder.AdminToken());
    }

    public Task<PlatformStatus> StatusAsync(CancellationToken cancellationToken) =>
        GetAsync("management/status", ManagementJson.Default.PlatformStatus, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, "management/stop", null, cancellationToken);

    public Task<IReadOnlyList<DatabaseResource>> ListDatabasesAsync(CancellationToken cancellationToken) =>
        GetAsync("management/databases", ManagementJson.Default.IReadOnlyListDatabaseResource, cancellationToken);

    public Task<DatabaseResource> GetDatabaseAsync(string database, CancellationToken cancellationToken) =>
        GetAsync(Database(database), ManagementJson.Default.DatabaseResource, cancellationToken);

    public Task<DatabaseResource> CreateDatabaseAsync(CreateDatabaseRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            "management/databases",
            request,
            ManagementJson.Default.CreateDatabaseRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public Task<DatabaseResource> ResizeDatabaseAsync(string database, ResizeRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/resize",
            request,
            ManagementJson.Default.ResizeRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public Task<DatabaseResource> AttachAsync(AttachRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            "management/databases/attached",
            request,
            ManagementJson.Default.AttachRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public async Task<DatabaseResource> ReplaceServerAsync(string database, AttachRequest request, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(request, ManagementJson.Default.AttachRequest);
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Put, Database(database) + "/server", content, cancellationToken);
        return await ReadAsync(response, ManagementJson.Default.DatabaseResource, cancellationToken);
    }

    public Task<BackupResource> BackUpAsync(string database, BackupRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/backups",
            request,
            ManagementJson.Default.BackupRequest,
            ManagementJson.Default.BackupResource,
            cancellationToken
        );

    public Task<IReadOnlyList<BackupResource>> ListBackupsAsync(string? database, string? place, CancellationToken cancellationToken)
    {
        string path = database is null ? "management/backups" : Database(database) + "/backups";
        string query = place is null ? "" : "?from=" + Uri.EscapeDataString(place);
        return GetAsync(path + query, ManagementJson.Default.IReadOnlyListBackupResource, cancellationToken);
    }

    public Task<DatabaseResource> RestoreAsync(RestoreRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            "management/databases/restored",
            request,
            ManagementJson.Default.RestoreRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public async Task<DatabaseResource> ReplaceContentAsync(string database, RestoreRequest request, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(request, ManagementJson.Default.RestoreRequest);
        using HttpResponseMessage response = await RespondAsync(
            HttpMethod.Put,
            Database(database) + "/content",
            content,
            cancellationToken
        );
        return await ReadAsync(response, ManagementJson.Default.DatabaseResource, cancellationToken);
    }

    public Task<DatabaseResource> CloneAsync(string database, CreateDatabaseRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/clone",
            request,
            ManagementJson.Default.CreateDatabaseRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    /// <exception cref="DormouseException">What was written is no whole dump.</exception>
    public async Task ExportAsync(string database, string format, Stream output, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Database(database)}/export?format={format}");
        using HttpResponseMessage response = await RespondAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using Stream dump = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            await dump.CopyToAsync(output, cancellationToken);
        }
        catch (HttpIOException exception)
        {
            throw new DormouseException(
                FailureKind.Compute,
                "DM1019",
                $"The export of '{database}' broke off, and what was written is no whole dump. The platform's log tells why; try again.",
                exception
            );
        }
    }

    public async Task ImportAsync(string database, Stream dump, bool intoExisting, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Database(database)}/import{(intoExisting ? "?into=existing" : "")}")
        {
            Content = new StreamContent(dump),
        };
        request.Headers.ExpectContinue = true;
        (await RespondAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken)).Dispose();
    }

    public Task<IReadOnlyList<ExtensionResource>> ListExtensionsAsync(string database, CancellationToken cancellationToken) =>
        GetAsync(Database(database) + "/extensions", ManagementJson.Default.IReadOnlyListExtensionResource, cancellationToken);

    public async Task<ExtensionResource> AddExtensionAsync(string database, string extension, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Put, Extension(database, extension), null, cancellationToken);
        return await ReadAsync(response, ManagementJson.Default.ExtensionResource, cancellationToken);
    }

    public Task RemoveExtensionAsync(string database, string extension, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Extension(database, extension), null, cancellationToken);

    public Task<DatabaseResource> UpgradeAsync(string database, UpgradeRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/upgrade",
            request,
            ManagementJson.Default.UpgradeRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public Task<DatabaseResource> ConfirmUpgradeAsync(string database, CancellationToken cancellationToken) =>
        PostAsync(Database(database) + "/upgrade/confirm", cancellationToken);

    public Task<DatabaseResource> GoBackAsync(string database, CancellationToken cancellationToken) =>
        PostAsync(Database(database) + "/upgrade/back", cancellationToken);

    public Task DetachAsync(string database, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Database(database) + "/server", null, cancellationToken);

    public Task DeleteDatabaseAsync(string database, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Database(database), null, cancellationToken);

    public Task<DatabaseResource> SleepDatabaseAsync(string database, SleepRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/sleep",
            request,
            ManagementJson.Default.SleepRequest,
            ManagementJson.Default.DatabaseResource,
            cancellationToken
        );

    public async Task<DatabaseResource> WakeDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Post, Database(database) + "/wake", null, cancellationToken);
        return await ReadAsync(response, ManagementJson.Default.DatabaseResource, cancellationToken);
    }

    public Task<ScriptResult> ExecuteAsync(string database, ExecuteRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/execute",
            request,
            ManagementJson.Default.ExecuteRequest,
            ManagementJson.Default.ScriptResult,
            cancellationToken
        );

    public Task<PushResult> PushAsync(string database, PushRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/push",
            request,
            ManagementJson.Default.PushRequest,
            ManagementJson.Default.PushResult,
            cancellationToken
        );

    public Task<IReadOnlyList<ConnectionResource>> ListConnectionsAsync(string database, CancellationToken cancellationToken) =>
        GetAsync(Database(database) + "/connections", ManagementJson.Default.IReadOnlyListConnectionResource, cancellationToken);

    public Task<ConnectionResource> CreateConnectionAsync(
        string database,
        CreateConnectionRequest request,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            Database(database) + "/connections",
            request,
            ManagementJson.Default.CreateConnectionRequest,
            ManagementJson.Default.ConnectionResource,
            cancellationToken
        );

    public Task<ConnectionResource> RotateConnectionAsync(
        string connection,
        RotateConnectionRequest request,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            Connection(connection) + "/rotate",
            request,
            ManagementJson.Default.RotateConnectionRequest,
            ManagementJson.Default.ConnectionResource,
            cancellationToken
        );

    public Task DeleteConnectionAsync(string connection, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Connection(connection), null, cancellationToken);

    public Task<CacheSummary> GetCacheSummaryAsync(CancellationToken cancellationToken) =>
        GetAsync("management/cache", ManagementJson.Default.CacheSummary, cancellationToken);

    public Task<CacheStatistics> GetCacheStatisticsAsync(string database, CancellationToken cancellationToken) =>
        GetAsync(Database(database) + "/cache", ManagementJson.Default.CacheStatistics, cancellationToken);

    public Task<InvalidationResult> InvalidateCacheAsync(string database, InvalidateRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            Database(database) + "/cache/invalidate",
            request,
            ManagementJson.Default.InvalidateRequest,
            ManagementJson.Default.InvalidationResult,
            cancellationToken
        );

    public Task<IReadOnlyList<EdgeResource>> ListEdgesAsync(CancellationToken cancellationToken) =>
        GetAsync("management/edges", ManagementJson.Default.IReadOnlyListEdgeResource, cancellationToken);

    public Task<EdgeResource> AddEdgeAsync(AddEdgeRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            "management/edges",
            request,
            ManagementJson.Default.AddEdgeRequest,
            ManagementJson.Default.EdgeResource,
            cancellationToken
        );

    public Task RemoveEdgeAsync(string edge, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, "management/edges/" + Uri.EscapeDataString(edge), null, cancellationToken);

    public void Dispose() => http.Dispose();

    private static string Database(string database) => "management/databases/" + Uri.EscapeDataString(database);

    private static string Extension(string database, string extension) =>
        $"{Database(database)}/extensions/{Uri.EscapeDataString(extension)}";

    private static string Connection(string connection) => "management/connections/" + Uri.EscapeDataString(connection);

    private static DormouseException NotRunning(DataFolder folder, Exception? cause = null) =>
        new(
            FailureKind.Host,
            "DM1010",
            $"No platform runs on the data folder '{folder.Path}'. Start it with './dormouse up', or name another folder with --data.",
            cause
        );

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Get, path, null, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    private async Task<DatabaseResource> PostAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Post, path, null, cancellationToken);
        return await ReadAsync(response, ManagementJson.Default.DatabaseResource, cancellationToken);
    }

    private async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellationToken
    )
    {
        using var content = JsonContent.Create(body, bodyType);
        using HttpResponseMessage response = await RespondAsync(HttpMethod.Post, path, content, cancellationToken);
        return await ReadAsync(response, answerType, cancellationToken);
    }

    private async Task SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        (await RespondAsync(method, path, content, cancellationToken)).Dispose();

    private async Task<HttpResponseMessage> RespondAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        return await RespondAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private async Task<HttpResponseMessage> RespondAsync(
        HttpRequestMessage request,
        HttpCompletionOption completion,
        CancellationToken cancellationToken
    )
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw NotRunning(folder, exception);
        }
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw await FailureAsync(response, cancellationToken);
            }
        }
        return response;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw Unintelligible(response.StatusCode, null);

    private static async Task<DormouseException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            ErrorResponse? body = await response.Content.ReadFromJsonAsync(ManagementJson.Default.ErrorResponse, cancellationToken);
            return body is null
                ? Unintelligible(response.StatusCode, null)
                : new DormouseException(FailureKind.Caller, body.Error.Code, body.Error.Message);
        }
        catch (JsonException exception)
        {
            return Unintelligible(response.StatusCode, exception);
        }
    }

    private static DormouseException Unintelligible(HttpStatusCode status, Exception? cause) =>
        new(
            FailureKind.Internal,
            "DM1011",
            $"The platform answered with HTTP status {(int)status} and a body that is not its own. Something else may listen at its address, "
                + "or it is of another version: './dormouse down' and './dormouse up' start it afresh.",
            cause
        );
}
