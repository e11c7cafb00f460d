using System.Diagnostics;
using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Images;
using Dormouse.Instances.Sizes;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

/// <summary>Measures wakes without the edge, beside a bare server of the same image and settings; prints medians.</summary>
[Trait("Category", "Long")]
public sealed class WakeLatencyTests(ITestOutputHelper output)
{
    private const int Rounds = 15;
    private static readonly string[] Figures =
    [
        "warm",
        "frozen lease",
        "frozen answered",
        "stopped lease",
        "stopped answered",
        "bare answered",
    ];

    [Fact]
    public async Task Wakes_are_measured_beside_a_bare_server()
    {
        Assert.SkipUnless(Libc.GetEffectiveUserId() == 0, "The bare server needs another user, so this needs root.");
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        using var folder = new TestDataFolder();
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        await TestImage.Templates.CloneAsync(template, folder.Combine("data"), host.Options.FirstUid, TestHost.Cancellation);
        Libc.Check(Libc.Chown(Directory.CreateDirectory(folder.Combine("run")).FullName, (uint)host.Options.FirstUid, 0), "chown");
        var samples = Figures.ToDictionary(figure => figure, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            await MeasureFrozenAsync(host, id, samples);
            await MeasureStoppedAsync(host, id, samples);
            samples["bare answered"].Add(await MeasureBareAsync(template, folder, host.Options.FirstUid));
        }
        foreach ((string figure, List<double> values) in samples)
        {
            values.Sort();
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{figure}: median {values[Rounds / 2]:0.000} ms, {values[0]:0.000} to {values[^1]:0.000}"
                )
            );
        }
        output.WriteLine($"stopped over bare: {samples["stopped answered"][Rounds / 2] / samples["bare answered"][Rounds / 2]:0.00}");
        Assert.All(samples.Values, values => Assert.Equal(Rounds, values.Count));
    }

    private static async Task MeasureFrozenAsync(TestHost host, DatabaseId id, Dictionary<string, List<double>> samples)
    {
        IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, TestHost.Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("SELECT 1", TestHost.Cancellation);
        long began = Stopwatch.GetTimestamp();
        await session.ExecuteSimpleAsync("SELECT 1", TestHost.Cancellation);
        samples["warm"].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        lease.Dispose();
        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, TestHost.Cancellation);
        began = Stopwatch.GetTimestamp();
        lease = await host.Lifecycle.LeaseAsync(id, TestHost.Cancellation);
        samples["frozen lease"].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        await session.ExecuteSimpleAsync("SELECT 1", TestHost.Cancellation);
        samples["frozen answered"].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        lease.Dispose();
    }

    private static async Task MeasureStoppedAsync(TestHost host, DatabaseId id, Dictionary<string, List<double>> samples)
    {
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, TestHost.Cancellation);
        long began = Stopwatch.GetTimestamp();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, TestHost.Cancellation);
        samples["stopped lease"].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("SELECT 1", TestHost.Cancellation);
        samples["stopped answered"].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private static async Task<double> MeasureBareAsync(InstanceTemplate template, TestDataFolder folder, int uid)
    {
        PostgresImage image = template.Image;
        string user = uid.ToString(CultureInfo.InvariantCulture);
        string data = folder.Combine("data");
        string[] words =
        [
            ProgramFinder.Find("setpriv")!,
            "--reuid",
            user,
            "--regid",
            user,
            "--clear-groups",
            image.RootPath + "/lib64/ld-linux-x86-64.so.2",
            "--library-path",
            image.RootPath + "/usr/lib/x86_64-linux-gnu",
            image.HostPathOf("postgres"),
            .. PostgresSettings
                .Arguments(image.MajorVersion, ClassTable.SettingsOf(InstanceClass.Small))
                .Select(word => word == SandboxCommand.DataPathInside ? data : word),
            "-c",
            "unix_socket_directories=" + folder.Combine("run"),
        ];
        using DescriptorHandle log = BoundedLog.Open(folder.Combine("log"));
        var login = new ServerLogin(folder.Combine("run", ".s.PGSQL.5432"), RoleSecrets.AppRole, template.Secrets.AppPassword, "postgres");
        long began = Stopwatch.GetTimestamp();
        int pid = DetachedProcess.Launch(words, log.Fd, null);
        while (!await AnswersAsync(login))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), File.ReadAllText(folder.Combine("log")));
        }
        double milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        _ = Libc.Kill(pid, Libc.SigInt);
        await Eventually.TrueAsync(() =>
        {
            DetachedProcess.Reap(pid);
            return !Directory.Exists($"/proc/{pid}");
        });
        return milliseconds;
    }

    private static async Task<bool> AnswersAsync(ServerLogin login)
    {
        if (!File.Exists(login.SocketPath))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(0.5), TimeProvider.System, TestHost.Cancellation);
            return false;
        }
        try
        {
            await using ServerConnection session = await ServerConnection.OpenAsync(
                login,
                new ServerConnectionOptions(),
                TestHost.Cancellation
            );
            await session.ExecuteSimpleAsync("SELECT 1", TestHost.Cancellation);
            return true;
        }
        catch (Exception exception) when (exception is ServerConnectionException or PostgresException)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(0.5), TimeProvider.System, TestHost.Cancellation);
            return false;
        }
    }
}
