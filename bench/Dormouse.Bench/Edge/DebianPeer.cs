using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dormouse.Testing;
using Dormouse.Testing.Processes;

namespace Dormouse.Bench.Edge;

/// <summary>
/// nginx or Varnish from Debian's packages, before the memory server. The packages, and what they need that is not installed, are
/// unpacked into a folder under artifacts: nothing is installed, and no service started.
/// </summary>
internal sealed class DebianPeer : IDisposable
{
    private static readonly TimeSpan PackageLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    // nginx makes all of them at its start, used or not.
    private static readonly string[] TemporaryFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private readonly Process process;
    private readonly string folder;

    private DebianPeer(Process process, string folder, Uri url)
    {
        this.process = process;
        this.folder = folder;
        Url = url;
    }

    public Uri Url { get; }

    public static Task<DebianPeer> StartNginxAsync(Uri origin, CancellationToken cancellationToken) =>
        StartAsync(
            "nginx",
            "nginx",
            (folder, port) =>
            {
                // A folder in memory is nginx's memory cache.
                string shared = Directory.CreateDirectory(Path.Combine("/dev/shm", Path.GetFileName(folder))).FullName;
                string temporary = string.Join(' ', TemporaryFolders.Select(name => $"{name}_temp_path {shared}/{name};"));
                File.WriteAllText(
                    Path.Combine(folder, "nginx.conf"),
                    $$"""
                    daemon off; worker_processes auto; pid {{folder}}/nginx.pid; error_log stderr error;
                    {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
                    events { worker_connections 4096; }
                    http {
                      access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; sendfile on; tcp_nopush on; {{temporary}}
                      open_file_cache max=1000 inactive=1h; open_file_cache_valid 1h;
                      proxy_cache_path {{shared}}/cache levels=1:2 keys_zone=bench:10m max_size=64m inactive=1h use_temp_path=off;
                      server {
                        listen 127.0.0.1:{{port}} backlog=4096;
                        location / { proxy_pass {{origin.GetLeftPart(UriPartial.Authority)}}; proxy_cache bench; proxy_cache_valid 200 1h; }
                      }
                    }
                    """
                );
                return ["-e", "stderr", "-c", Path.Combine(folder, "nginx.conf")];
            },
            cancellationToken
        );

    public static Task<DebianPeer> StartVarnishAsync(Uri origin, CancellationToken cancellationToken) =>
        StartAsync(
            "varnish",
            "varnishd",
            (folder, port) =>
            {
                File.WriteAllText(
                    Path.Combine(folder, "bench.vcl"),
                    $$"""
                    vcl 4.1;
                    backend origin { .host = "{{origin.Host}}"; .port = "{{origin.Port}}"; }
                    sub vcl_backend_response { set beresp.ttl = 1h; }
                    """
                );
                string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
                return
                [
                    "-j",
                    "none",
                    "-F",
                    "-n",
                    folder,
                    "-a",
                    address,
                    "-f",
                    Path.Combine(folder, "bench.vcl"),
                    "-s",
                    "malloc,64m",
                    "-p",
                    "timeout_idle=3600",
                ];
            },
            cancellationToken
        );

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
        string shared = Path.Combine("/dev/shm", Path.GetFileName(folder));
        if (Directory.Exists(shared))
        {
            Directory.Delete(shared, recursive: true);
        }
    }

    private static async Task<DebianPeer> StartAsync(
        string package,
        string program,
        Func<string, int, string[]> configure,
        CancellationToken cancellationToken
    )
    {
        string root = Path.Combine(Checkout.Artifacts, "bench-peers", package);
        await BuildOnce.FolderAsync(root, unfinished => UnpackAsync(package, unfinished, cancellationToken), cancellationToken);
        string folder = Directory.CreateTempSubdirectory($"dormouse-bench-{package}-").FullName;
        int port = FreePort();
        ProcessStartInfo start = new(Path.Combine(root, "usr", "sbin", program), configure(folder, port))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string lib = Path.Combine(root, "usr", "lib");
        string[] libraries = Directory.Exists(lib) ? Directory.GetDirectories(lib, "*-linux-gnu") : [];
        start.Environment["LD_LIBRARY_PATH"] = string.Join(':', libraries);
        Process process = Process.Start(start)!;
        // A full pipe would stop it; what it says matters only when it does not start.
        Task<string> said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var peer = new DebianPeer(process, folder, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await ListeningAsync(port, process, cancellationToken);
            return peer;
        }
        catch (Exception failure)
        {
            peer.Dispose();
            throw new InvalidOperationException($"'{program}' did not start: {failure.Message} {await said}", failure);
        }
    }

    private static async Task UnpackAsync(string package, string folder, CancellationToken cancellationToken)
    {
        ProcessRun needed = await ProcessRun.OfAsync(
            "apt-get",
            ["install", "--no-install-recommends", "--print-uris", "-qq", package],
            PackageLimit,
            cancellationToken
        );
        // 'URI' name_version_arch.deb size hash
        string[] names =
        [
            .. needed
                .Succeeded()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .Where(words => words.Length > 1)
                .Select(words => words[1].Split('_')[0]),
        ];
        string[] wanted = names.Length == 0 ? [package] : names;
        (await ProcessRun.OfAsync("apt-get", ["download", "-qq", .. wanted], PackageLimit, cancellationToken, folder)).Succeeded();
        foreach (string archive in Directory.GetFiles(folder, "*.deb"))
        {
            (await ProcessRun.OfAsync("dpkg-deb", ["-x", archive, folder], PackageLimit, cancellationToken)).Succeeded();
            File.Delete(archive);
        }
    }

    private static async Task ListeningAsync(int port, Process process, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartLimit && !process.HasExited)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }
        throw new TimeoutException("it does not listen.");
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
