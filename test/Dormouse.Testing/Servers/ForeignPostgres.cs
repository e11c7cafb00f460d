using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Instances.Host;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Npgsql;

namespace Dormouse.Testing.Servers;

/// <summary>
/// A PostgreSQL as somebody else runs it: over TCP with TLS, with roles and access rules of its own; our image's, or an older one that is
/// installed on this machine. It can be stopped and started again at the same port, and ends with the test process however that ends.
/// </summary>
public sealed class ForeignPostgres : IAsyncDisposable
{
    /// <summary>The name to which its certificate is made out.</summary>
    public const string HostName = "localhost";
    public const string User = "shopkeeper";
    public const string Md5User = "oldtimer";
    public const string ClearUser = "careless";
    public const string TrustedUser = "neighbour";
    public const string Database = "shop";

    private const string AdminUser = "dormouse";
    private const int Nobody = 65534;

    private const string Watchdog = """
        exec >>"$0" 2>&1
        "$@" &
        child=$!
        cat >/dev/null
        kill -KILL "$child" 2>/dev/null
        wait "$child"
        """;

    private const string AccessRules = """
        local all all scram-sha-256
        hostssl all oldtimer all md5
        hostssl all careless all password
        hostnossl all neighbour 127.0.0.1/32 trust
        host all all all scram-sha-256

        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly TestDataFolder folder = new();
    private readonly string[] settings;
    private readonly string? program;
    private PostgresImage? image;
    private string adminPassword = "";
    private Process? watchdog;

    private ForeignPostgres(string[] settings, string? program)
    {
        this.settings = settings;
        this.program = program;
        Port = FreePort();
    }

    public TestAuthority Authority { get; } = new();

    public int Port { get; }

    /// <summary>The password of all its tenant roles.</summary>
    public string Password { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Everything the server wrote to its log so far.</summary>
    public string Log => File.Exists(folder.Combine("log")) ? File.ReadAllText(folder.Combine("log")) : "";

    private string DataPath => folder.Combine("data");

    /// <summary>The newest older major that this machine has installed; null: none.</summary>
    public static string? OlderProgram { get; } =
        Enumerable
            .Range(14, 4)
            .Reverse()
            .Select(major => string.Create(CultureInfo.InvariantCulture, $"/usr/lib/postgresql/{major}/bin/postgres"))
            .FirstOrDefault(File.Exists);

    /// <summary>Ours, of the image.</summary>
    public static async Task<ForeignPostgres> StartAsync(CancellationToken cancellationToken, params string[] settings)
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        var server = new ForeignPostgres(settings, null) { image = template.Image, adminPassword = template.Secrets.PlatformPassword };
        await TestImage.Templates.CloneAsync(template, server.DataPath, HostUsers.Template, cancellationToken);
        return await server.FirstStartAsync(cancellationToken);
    }

    /// <summary>One that is installed on this machine.</summary>
    public static async Task<ForeignPostgres> StartOlderAsync(string program, CancellationToken cancellationToken)
    {
        var server = new ForeignPostgres([], program) { adminPassword = "the password of an administrator" };
        Directory.CreateDirectory(server.DataPath);
        string passwordFile = server.folder.Combine("password");
        await File.WriteAllTextAsync(passwordFile, server.adminPassword + "\n", cancellationToken);
        server.Give(server.DataPath);
        server.Give(passwordFile);
        string[] words =
        [
            .. server.AsUser(),
            Path.Combine(Path.GetDirectoryName(program)!, "initdb"),
            "-D",
            server.DataPath,
            "-U",
            AdminUser,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ];
        using Process initdb = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true })!;
        await initdb.StandardOutput.ReadToEndAsync(cancellationToken);
        await initdb.WaitForExitAsync(cancellationToken);
        return await server.FirstStartAsync(cancellationToken);
    }

    /// <summary>As a person copies it from a provider's page.</summary>
    public string Url(string parameters = "sslmode=require", string user = User, string? password = null, string host = HostName) =>
        string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}:{password ?? Password}@{host}:{Port}/{Database}?{parameters}");

    /// <summary>Starts it after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        watchdog = Run();
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync("SELECT 1", cancellationToken, "postgres");
                return;
            }
            catch (NpgsqlException) when (!watchdog.HasExited && Stopwatch.GetElapsedTime(began) < StartTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
            catch (NpgsqlException failure)
            {
                throw new InvalidOperationException($"The server did not start: {Log}", failure);
            }
        }
    }

    /// <summary>Ends it at once, as a machine that fails does; its sessions break.</summary>
    public async Task StopAsync()
    {
        if (watchdog is { } running)
        {
            watchdog = null;
            running.StandardInput.Close();
            await running.WaitForExitAsync(CancellationToken.None);
            running.Dispose();
        }
    }

    /// <summary>Runs a script as its administrator.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, string database = Database)
    {
        await using NpgsqlConnection connection = await OpenAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value that a query of its administrator gives, as text.</summary>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await OpenAsync(Database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Dispose();
        Authority.Dispose();
    }

    // As root: our image brings its own users, initdb of an installed one looks its user up in the machine's.
    private int? Owner =>
        HostUsers.Template is null ? null
        : program is null ? HostUsers.Template
        : Nobody;

    private string[] AsUser() => Owner is { } user ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups"] : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<ForeignPostgres> FirstStartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder.Combine("run"));
            Give(folder.Combine("run"));
            using X509Certificate2 certificate = Authority.Issue(HostName);
            await WriteAsync("pg_hba.conf", AccessRules, cancellationToken);
            await WriteAsync("server.crt", certificate.ExportCertificatePem(), cancellationToken);
            await WriteAsync("server.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), cancellationToken);
            await StartAsync(cancellationToken);
            string roles = $"""
                CREATE ROLE {User} LOGIN PASSWORD '{Password}';
                CREATE ROLE {TrustedUser} LOGIN;
                CREATE ROLE {ClearUser} LOGIN PASSWORD '{Password}';
                SET password_encryption = md5;
                CREATE ROLE {Md5User} LOGIN PASSWORD '{Password}';
                """;
            await ExecuteAsync(roles, cancellationToken, "postgres");
            await ExecuteAsync($"CREATE DATABASE {Database} OWNER {User} TEMPLATE template1", cancellationToken, "postgres");
            await ExecuteAsync($"ALTER SCHEMA public OWNER TO {User}", cancellationToken);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        var settingsOfConnection = new NpgsqlConnectionStringBuilder
        {
            Host = folder.Combine("run"),
            Port = Port,
            Username = AdminUser,
            Password = adminPassword,
            Database = database,
            Pooling = false,
        };
        var connection = new NpgsqlConnection(settingsOfConnection.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private Process Run()
    {
        string[] server = image is null ? HostCommandLine() : ImageCommandLine(image);
        var info = new ProcessStartInfo("/bin/sh", ["-c", Watchdog, folder.Combine("log"), .. server]) { RedirectStandardInput = true };
        return Process.Start(info)!;
    }

    // As in the image, but with the machine's network: that is what makes it foreign.
    private string[] ImageCommandLine(PostgresImage from)
    {
        var sandbox = new ImageSandbox(from)
        {
            User = Owner,
            DiesWithParent = true,
            Mounts = new Dictionary<string, string>
            {
                [PostgresImage.DataMount] = DataPath,
                [PostgresImage.SocketMount] = folder.Combine("run"),
            },
        };
        HostCommand command = sandbox.Command("postgres", Arguments(PostgresImage.DataMount, PostgresImage.SocketMount));
        return [command.Program, .. command.Arguments.Where(word => word != "--unshare-net")];
    }

    private string[] HostCommandLine() => [.. AsUser(), program!, .. Arguments(DataPath, folder.Combine("run"))];

    private IEnumerable<string> Arguments(string data, string socketFolder)
    {
        string[] all =
        [
            "fsync=off",
            "max_connections=40",
            "listen_addresses=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"port={Port}"),
            "unix_socket_directories=" + socketFolder,
            "ssl=on",
            "ssl_cert_file=server.crt",
            "ssl_key_file=server.key",
            .. settings,
        ];
        return ["-D", data, .. all.SelectMany(setting => (string[])["-c", setting])];
    }

    private async Task WriteAsync(string name, string text, CancellationToken cancellationToken)
    {
        string path = Path.Combine(DataPath, name);
        await File.WriteAllTextAsync(path, text, cancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Give(path);
    }

    private void Give(string path)
    {
        if (Owner is { } user)
        {
            HostDisk.ChangeOwner(path, user);
        }
    }
}
