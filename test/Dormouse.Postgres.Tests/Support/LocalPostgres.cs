using System.Diagnostics;
using Dormouse.Postgres.Tests.Support;

[assembly: AssemblyFixture(typeof(LocalPostgres))]

namespace Dormouse.Postgres.Tests.Support;

/// <summary>
/// One real PostgreSQL for this test assembly, from the host's own packages, with SCRAM for everybody and a database per test where
/// one is needed. A stop-gap until the shared test server of the image's PostgreSQL can be used.
/// </summary>
public sealed class LocalPostgres : IAsyncLifetime
{
    public const string Password = "a-secret-of-the-tests";
    private readonly string folder = Directory.CreateTempSubdirectory("dmpg").FullName;
    private Process? postmaster;

    public string SocketPath => Path.Combine(folder, "run", ".s.PGSQL.5432");

    public int PostmasterPid => postmaster!.Id;

    public ServerLogin Login => new(SocketPath, "dormouse", Password, "postgres");

    public ValueTask<ServerConnection> OpenAsync(ServerConnectionOptions? options = null) =>
        ServerConnection.OpenAsync(Login, options ?? new ServerConnectionOptions(), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        string bin = BinFolder() ?? throw new InvalidOperationException("No PostgreSQL is installed in /usr/lib/postgresql.");
        string data = Path.Combine(folder, "data");
        string passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        Directory.CreateDirectory(Path.Combine(folder, "run"));
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["-R", "postgres:postgres", folder]);
        }
        await RunAsync(
            Path.Combine(bin, "initdb"),
            ["-D", data, "-U", "dormouse", "-A", "scram-sha-256", $"--pwfile={passwordFile}", "-E", "UTF8", "--locale=C", "-N"],
            asPostgres: true
        );
        postmaster = Start(
            Path.Combine(bin, "postgres"),
            ["-D", data, "-k", Path.Combine(folder, "run"), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"],
            asPostgres: true
        );
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (postmaster is { } process)
        {
            await RunAsync("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using ServerConnection connection = await ServerConnection.OpenAsync(Login, new(), CancellationToken.None);
                return;
            }
            catch (Exception e)
                when (watch.Elapsed < TimeSpan.FromSeconds(30)
                    && e is ServerConnectionException { Failure: ServerFailure.Unreachable } or PostgresException { SqlState: "57P03" }
                )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private static string? BinFolder() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(Directory.Exists)
            : null;

    private static async Task RunAsync(string file, string[] arguments, bool asPostgres = false)
    {
        using Process process = Start(file, arguments, asPostgres);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{file} ended with {process.ExitCode}");
    }

    private static Process Start(string file, string[] arguments, bool asPostgres = false)
    {
        // setpriv replaces itself by the program, so that the process id is the postmaster's.
        string[] prefix =
            asPostgres && Environment.IsPrivilegedProcess
                ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", file]
                : [file];
        var start = new ProcessStartInfo(prefix[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in prefix.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
