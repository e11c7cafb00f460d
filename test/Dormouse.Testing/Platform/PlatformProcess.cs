using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dormouse.Testing.Processes;

namespace Dormouse.Testing.Platform;

/// <summary>
/// The built product as a person runs it: <c>up --detach</c> on a data folder of its own, spoken to by its command line and over HTTP.
/// Disposing stops it, ends what it left behind and removes the folder.
/// </summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DownLimit = TimeSpan.FromMinutes(10);

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
    private readonly string folder;
    private readonly string[] options;

    private PlatformProcess(string folder, string[] options)
    {
        this.folder = folder;
        this.options = options;
    }

    /// <summary>The data folder.</summary>
    public string DataPath => folder;

    /// <summary>Where it answers, such as <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Http { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>What tells a Node.js client to trust the certificate of a platform that was started with <c>--https</c>.</summary>
    public Dictionary<string, string?> TrustEnvironment =>
        new() { ["NODE_EXTRA_CA_CERTS"] = Up.GetProperty("https").GetProperty("caFile").GetString() };

    /// <summary>The process that runs all roles.</summary>
    public int Pid { get; private set; }

    /// <summary>What <c>up --json</c> printed last.</summary>
    public JsonElement Up { get; private set; }

    /// <summary>Starts a platform on a new data folder. <paramref name="options"/> are passed on to <c>up</c>.</summary>
    public static async Task<PlatformProcess> StartAsync(CancellationToken cancellationToken, params string[] options)
    {
        string folder = Directory.CreateTempSubdirectory("dormouse-e2e-").FullName;
        // As root each instance has a user of its own, who must be able to pass through.
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        PlatformProcess platform = new(folder, options);
        try
        {
            await PlatformSeed.PlantAsync(platform.folder);
            await platform.UpAsync(cancellationToken);
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
        return platform;
    }

    /// <summary>Starts it on the same data folder after it was stopped or killed.</summary>
    public async Task UpAsync(CancellationToken cancellationToken)
    {
        string[] words = [Checkout.ProductAssembly, "up", "--data", folder, "--http", "0", "--json", "--detach", .. options];
        ProcessRun run = await ProcessRun.OfAsync("dotnet", words, UpLimit, cancellationToken);
        Up = JsonDocument.Parse(run.Succeeded()).RootElement;
        Http = new Uri(Up.GetProperty("http").GetString()!);
        Pid = Up.GetProperty("pid").GetInt32();
    }

    /// <summary>Stops it as a person does.</summary>
    public async Task DownAsync(CancellationToken cancellationToken) => (await RunAsync(["down"], cancellationToken)).Succeeded();

    /// <summary>Ends the platform's process without a warning; the instances stay.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        using Process process = Process.GetProcessById(Pid);
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Runs one command on this platform to its end, whether it succeeds or not.</summary>
    public Task<ProcessRun> RunAsync(string[] command, CancellationToken cancellationToken) =>
        ProcessRun.OfAsync("dotnet", [Checkout.ProductAssembly, .. command, "--data", folder], CommandLimit, cancellationToken);

    /// <summary>Runs a command that must succeed and parses what it prints with <c>--json</c>.</summary>
    public async Task<JsonElement> JsonAsync(string[] command, CancellationToken cancellationToken)
    {
        ProcessRun run = await RunAsync([.. command, "--json"], cancellationToken);
        return JsonDocument.Parse(run.Succeeded()).RootElement;
    }

    /// <summary>Makes a database and gives its id and the URL that an app pastes.</summary>
    public async Task<PlatformDatabase> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        JsonElement made = await JsonAsync(["db", "create", name], cancellationToken);
        JsonElement urls = made.GetProperty("urls");
        return new PlatformDatabase(made.GetProperty("id").GetString()!, name, urls.GetProperty("prisma").GetString()!)
        {
            HttpsUrl = urls.TryGetProperty("https", out JsonElement https) ? https.GetString()! : "",
        };
    }

    /// <summary>Runs an SQL script in a database as the tenant's role.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, $"script-{Guid.NewGuid():n}.sql");
        await File.WriteAllTextAsync(file, sql, cancellationToken);
        (await RunAsync(["db", "execute", database, "--file", file], cancellationToken)).Succeeded();
        File.Delete(file);
    }

    /// <summary>The folder of the unix socket on which a database's instance listens.</summary>
    public string SocketFolder(string database) => Path.Combine(folder, "instances", database, "run");

    /// <summary>Puts a database to sleep (<c>frozen</c> or <c>stopped</c>).</summary>
    public Task SleepAsync(string database, string to, CancellationToken cancellationToken) =>
        ManageAsync(HttpMethod.Post, $"/management/databases/{database}/sleep", JsonContent.Create(new { to }), cancellationToken);

    /// <summary>What <c>db show --json</c> says.</summary>
    public async Task<JsonElement> ShowAsync(string database, CancellationToken cancellationToken)
    {
        string shown = await ManageAsync(HttpMethod.Get, $"/management/databases/{database}", null, cancellationToken);
        return JsonDocument.Parse(shown).RootElement;
    }

    /// <summary>What Prometheus would be told.</summary>
    public Task<string> MetricsAsync(CancellationToken cancellationToken) =>
        ManageAsync(HttpMethod.Get, "/metrics", null, cancellationToken);

    /// <summary>Asks the management endpoint itself, where the cost of a process for the command line would disturb.</summary>
    public async Task<string> ManageAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, new Uri(Http, path)) { Content = content };
        string token = await File.ReadAllTextAsync(Path.Combine(folder, "admin.token"), cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
        string body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? body
            : throw new HttpRequestException($"{method} {path} answered {(int)answer.StatusCode}: {body}", null, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (File.Exists(Path.Combine(folder, "platform.lock")) || File.Exists(Path.Combine(folder, "platform.json")))
        {
            // The bench may have thousands, each of which is stopped cleanly.
            await ProcessRun.OfAsync("dotnet", [Checkout.ProductAssembly, "down", "--data", folder], DownLimit, CancellationToken.None);
        }
        foreach (int pid in Postmasters.Under(folder))
        {
            EndProcess(pid);
        }
        if (Environment.GetEnvironmentVariable("DORMOUSE_TEST_KEEP") is null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void EndProcess(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}

/// <summary>A database of a test platform.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Url">What an app pastes: <c>prisma+postgres://…</c>.</param>
public sealed record PlatformDatabase(string Id, string Name, string Url)
{
    /// <summary>The same for https, <c>prisma://…</c>; empty where the platform was started without.</summary>
    public string HttpsUrl { get; init; } = "";

    /// <summary>The API key inside <see cref="Url"/>.</summary>
    public string ApiKey => Url[(Url.IndexOf("api_key=", StringComparison.Ordinal) + "api_key=".Length)..];
}
