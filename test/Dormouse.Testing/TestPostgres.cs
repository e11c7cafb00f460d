using System.Diagnostics;
using System.Globalization;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Npgsql;

namespace Dormouse.Testing;

/// <summary>
/// A real PostgreSQL for tests: a clone of the template, run from the image under bubblewrap, reached through its unix socket. It ends
/// with the test process however that ends: a shell holds the reading end of a pipe from us and kills the sandbox when we are gone.
/// </summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private const string Watchdog = """
        "$@" &
        child=$!
        cat >/dev/null
        kill -KILL "$child" 2>/dev/null
        wait "$child"
        rm -rf -- "$folder"
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyCheckPause = TimeSpan.FromMilliseconds(10);
    private static readonly Lazy<Task<TestPostgres>> SharedServer = new(() => StartAsync([], CancellationToken.None));

    private readonly TestDataFolder folder;
    private readonly Process watchdog;
    private readonly RoleSecrets secrets;
    private int databases;

    private TestPostgres(TestDataFolder folder, Process watchdog, RoleSecrets secrets)
    {
        this.folder = folder;
        this.watchdog = watchdog;
        this.secrets = secrets;
    }

    /// <summary>The folder that holds the socket; what drivers call the host.</summary>
    public string SocketFolder => folder.Combine("run");

    public string SocketPath => folder.Combine("run", ".s.PGSQL.5432");

    /// <summary>The tenant's role: may make databases and roles, is no superuser.</summary>
    public string User => RoleSecrets.AppRole;

    public string Password => secrets.AppPassword;

    public string Database => "postgres";

    /// <summary>The superuser.</summary>
    public string PlatformUser => RoleSecrets.PlatformRole;

    public string PlatformPassword => secrets.PlatformPassword;

    public string DataPath => folder.Combine("data");

    /// <summary>The host's process id of the postmaster.</summary>
    public int PostmasterPid { get; private set; }

    /// <summary>Everything the server wrote to its log so far.</summary>
    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    private string LogPath => folder.Combine("log");

    /// <summary>One server for all tests of a process; take a database of your own from it.</summary>
    public static Task<TestPostgres> SharedAsync() => SharedServer.Value;

    /// <param name="settings">Settings such as <c>max_connections=5</c>, beside the template's.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<TestPostgres> StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken) =>
        await StartAsync(await TestImage.GetTemplateAsync(), settings, cancellationToken);

    /// <summary>The same on another template.</summary>
    public static async Task<TestPostgres> StartAsync(
        InstanceTemplate template,
        IEnumerable<string> settings,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(template);
        var folder = new TestDataFolder();
        await TestImage.Templates.CloneAsync(template, folder.Combine("data"), HostUsers.Template, cancellationToken);
        Directory.CreateDirectory(folder.Combine("run"));
        if (HostUsers.Template is { } user)
        {
            HostDisk.ChangeOwner(folder.Combine("run"), user);
        }
        var server = new TestPostgres(folder, Run(folder, template.Image, settings), template.Secrets);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            server.PostmasterPid = server.FindPostmaster();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a new empty database that belongs to <see cref="User"/> and returns how to reach it.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref databases)}");
        await ExecuteAsync(Database, $"CREATE DATABASE {name}", cancellationToken);
        return new TestDatabase(SocketPath, User, Password, name);
    }

    /// <summary>Runs an SQL script as <see cref="User"/>.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value that a query gives, as text.</summary>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken, bool asPlatform = false)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(Database, asPlatform));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>For Npgsql, unpooled.</summary>
    public string ConnectionString(string database, bool asPlatform = false) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = SocketFolder,
            Username = asPlatform ? PlatformUser : User,
            Password = asPlatform ? PlatformPassword : Password,
            Database = database,
            Pooling = false,
        }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        watchdog.StandardInput.Close();
        await watchdog.WaitForExitAsync(CancellationToken.None);
        watchdog.Dispose();
        folder.Dispose();
    }

    private static Process Run(TestDataFolder folder, PostgresImage image, IEnumerable<string> settings)
    {
        var sandbox = new ImageSandbox(image)
        {
            User = HostUsers.Template,
            DiesWithParent = true,
            Mounts = new Dictionary<string, string>
            {
                [PostgresImage.DataMount] = folder.Combine("data"),
                [PostgresImage.SocketMount] = folder.Combine("run"),
            },
        };
        // What tests write is worth nothing after them; flushing would only slow them down.
        IEnumerable<string> all = ["fsync=off", "max_connections=100", .. settings];
        HostCommand command = sandbox.Command("postgres", ["-D", PostgresImage.DataMount, .. all.SelectMany(s => (string[])["-c", s])]);
        var info = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        string redirected = "folder=\"$0\"; exec >\"$folder/log\" 2>&1\n" + Watchdog;
        foreach (string word in (string[])["-c", redirected, folder.Path, command.Program, .. command.Arguments])
        {
            info.ArgumentList.Add(word);
        }
        return Process.Start(info)!;
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync(Database, "SELECT 1", cancellationToken);
                return;
            }
            catch (NpgsqlException) when (!watchdog.HasExited && Stopwatch.GetElapsedTime(began) < StartTimeout)
            {
                await Task.Delay(ReadyCheckPause, TimeProvider.System, cancellationToken);
            }
            catch (NpgsqlException failure)
            {
                throw new InvalidOperationException($"The test server did not start: {Log}", failure);
            }
        }
    }

    // The first process below the watchdog's that is PostgreSQL; its own children come after it.
    private int FindPostmaster()
    {
        var level = new List<int> { watchdog.Id };
        while (level.Count > 0)
        {
            HashSet<int> parents = [.. level];
            level = Process
                .GetProcesses()
                .Select(process => process.Id)
                .Where(id => ReadStat(id) is { } stat && parents.Contains(stat.Parent))
                .ToList();
            if (level.Find(id => ReadStat(id)?.Name == "postgres") is var found and not 0)
            {
                return found;
            }
        }
        throw new InvalidOperationException("No process of the test server is PostgreSQL.");
    }

    private static (string Name, int Parent)? ReadStat(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            int nameEnd = text.LastIndexOf(')');
            string name = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..nameEnd];
            return (name, int.Parse(text[(nameEnd + 2)..].Split(' ')[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>How to reach one database of a test server.</summary>
public sealed record TestDatabase(string SocketPath, string User, string Password, string Database)
{
    /// <summary>For Npgsql, unpooled.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder
        {
            Host = Path.GetDirectoryName(SocketPath),
            Username = User,
            Password = Password,
            Database = Database,
            Pooling = false,
        }.ConnectionString;
}
