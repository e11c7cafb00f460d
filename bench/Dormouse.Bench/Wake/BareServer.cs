using System.Diagnostics;
using System.Runtime.InteropServices;
using Dormouse.Bench.Query;
using Dormouse.Postgres;
using Dormouse.Testing.Processes;

namespace Dormouse.Bench.Wake;

/// <summary>
/// What a wake is compared with: the image's own <c>postgres</c>, started without a sandbox on a copy of an instance's data with the
/// settings on the instance's command line, and asked over its unix socket.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    private const int Interrupt = 2; // PostgreSQL's fast shutdown
    private const int Continue = 18;
    private const int Stop = 19;
    private const string Question = """SELECT "id", "name", "email" FROM "Author" WHERE "id" = 1""";

    private readonly ProcessStartInfo start;
    private readonly string socketPath;
    private readonly ServerLogin login;
    private Process? process;
    private ServerConnection? session;

    private BareServer(ProcessStartInfo start, string socketPath, ServerLogin login)
    {
        this.start = start;
        this.socketPath = socketPath;
        this.login = login;
    }

    /// <summary>Of the running server.</summary>
    public int Pid => process!.Id;

    /// <summary>Copies the data of a stopped instance.</summary>
    /// <param name="command">The command line of the instance's postmaster, as the kernel knows it.</param>
    /// <param name="imageRoot">The image's root folder on the host.</param>
    /// <param name="data">The instance's data directory on the host.</param>
    /// <param name="folder">An empty folder for the copy and the socket.</param>
    public static async Task<BareServer> CopyAsync(
        IReadOnlyList<string> command,
        string imageRoot,
        string data,
        string folder,
        BenchRole role,
        CancellationToken cancellationToken
    )
    {
        string copy = Path.Combine(folder, "data");
        string sockets = Path.Combine(folder, "run");
        Directory.CreateDirectory(sockets);
        await RunAsync("cp", ["-a", data, copy], cancellationToken);
        string owner = (await RunAsync("stat", ["-c", "%u:%g", data], cancellationToken)).Trim();
        await RunAsync("chown", [owner, folder, sockets], cancellationToken);

        // The instance sees the image as its root; here its loader is named instead, so that the host's libraries play no part.
        string libraries = string.Join(':', LibraryFolders(imageRoot));
        List<string> words =
        [
            LoaderOf(imageRoot),
            "--library-path",
            libraries,
            imageRoot + command[0],
            .. Arguments(command, copy, sockets),
        ];
        if (Environment.UserName == "root")
        {
            string[] ids = owner.Split(':');
            words.InsertRange(0, ["setpriv", $"--reuid={ids[0]}", $"--regid={ids[1]}", "--clear-groups"]);
        }
        ProcessStartInfo start = new(words[0], words.Skip(1)) { WorkingDirectory = copy };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.RedirectStandardError = true;
        string socket = Path.Combine(sockets, ".s.PGSQL.5432");
        return new BareServer(start, socket, new ServerLogin(socket, role.Name, role.Password, "postgres"));
    }

    /// <summary>Starts the server and asks: the milliseconds to the first answer.</summary>
    public async Task<double> StartAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        process = Process.Start(start) ?? throw new InvalidOperationException("The bare server did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        // Spinning finds the socket as early as can be: a wait here would flatter the sandboxed start that this is compared with.
        SpinWait spin = default;
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The bare server ended with {process.ExitCode}.");
            }
            cancellationToken.ThrowIfCancellationRequested();
            if (File.Exists(socketPath))
            {
                try
                {
                    session = await ServerConnection.OpenAsync(login, new ServerConnectionOptions(), cancellationToken);
                    await session.ExecuteSimpleAsync(Question, cancellationToken);
                    return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                }
                catch (Exception notYet) when (notYet is ServerConnectionException or PostgresException { SqlState: "57P03" })
                {
                    // It listens before it serves.
                }
            }
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Asks over the open session: the milliseconds to the answer.</summary>
    public async Task<double> AskAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        await session!.ExecuteSimpleAsync(Question, cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Stops the whole process tree, then continues it and asks: the milliseconds from the first signal to the answer.</summary>
    public async Task<double> ThawAsync(CancellationToken cancellationToken)
    {
        int[] tree = ProcessTree.Of(process!.Id);
        Signal(tree, Stop);
        long started = Stopwatch.GetTimestamp();
        Signal(tree, Continue);
        await session!.ExecuteSimpleAsync(Question, cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>A clean shutdown, as an instance gets before it counts as stopped.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (session is not null)
        {
            await session.DisposeAsync();
            session = null;
        }
        if (process is not null)
        {
            Signal([process.Id], Interrupt);
            await process.WaitForExitAsync(cancellationToken);
            process.Dispose();
            process = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>The instance's arguments with its paths inside the sandbox replaced by the copy's.</summary>
    private static IEnumerable<string> Arguments(IReadOnlyList<string> command, string data, string sockets)
    {
        const string SocketSetting = "unix_socket_directories=";
        for (int i = 1; i < command.Count; i++)
        {
            bool isData = command[i - 1] == "-D";
            bool isSockets = command[i].Contains(SocketSetting, StringComparison.Ordinal);
            yield return isData ? data
            : isSockets ? command[i][..(command[i].IndexOf('=', StringComparison.Ordinal) + 1)] + sockets
            : command[i];
        }
    }

    private static string LoaderOf(string root) =>
        LoaderFolders(root).Select(folder => Path.Combine(folder, "ld-linux-x86-64.so.2")).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"The image under {root} holds no loader.");

    private static string[] LoaderFolders(string root) => [root + "/usr/lib64", root + "/lib64", .. LibraryFolders(root)];

    private static string[] LibraryFolders(string root) =>
        [root + "/usr/lib/x86_64-linux-gnu", root + "/usr/lib", root + "/lib/x86_64-linux-gnu"];

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        (await ProcessRun.OfAsync(program, arguments, TimeSpan.FromMinutes(1), cancellationToken)).Succeeded();

    private static void Signal(IEnumerable<int> pids, int signal)
    {
        foreach (int pid in pids)
        {
            _ = Kill(pid, signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
