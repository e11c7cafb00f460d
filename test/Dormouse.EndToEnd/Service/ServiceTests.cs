using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Dormouse.Testing;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Service;

/// <summary>A platform as a service manager runs it: in the foreground, told by datagrams, ended by SIGTERM and started again.</summary>
public sealed class ServiceTests
{
    // A busy machine; nothing here is measured.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_manager_is_told_when_it_is_ready_and_its_stop_leaves_the_instances()
    {
        await using PlatformProcess platform = await PlatformProcess.StartAsync(Cancelled, "--freeze-after", "3600");
        await platform.CreateDatabaseAsync("served", Cancelled);
        int[] instances = [.. Postmasters.Under(platform.DataPath).Order()];
        Assert.NotEmpty(instances);
        await platform.KillAsync(Cancelled);

        using TestDataFolder folder = new();
        string address = Path.Combine(folder.Path, "notify");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(address));
        using Process service = StartService(platform.DataPath, address);

        Assert.Equal("READY=1", await ReceiveAsync(manager));
        Assert.Equal(instances, Postmasters.Under(platform.DataPath).Order());

        (await ProcessRun.OfAsync("kill", ["-TERM", $"{service.Id}"], Patience, Cancelled)).Succeeded();
        Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
        await service.WaitForExitAsync(Cancelled).WaitAsync(Patience, Cancelled);
        Assert.Equal(0, service.ExitCode);
        Assert.Equal(instances, Postmasters.Under(platform.DataPath).Order());
    }

    private static Process StartService(string dataPath, string notifyAddress)
    {
        // Its output goes where the test's own goes: a pipe that nobody empties would hold it up.
        ProcessStartInfo start = new("dotnet", [Checkout.ProductAssembly, "up", "--data", dataPath, "--http", "0"]);
        start.Environment["NOTIFY_SOCKET"] = notifyAddress;
        return Process.Start(start)!;
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        byte[] datagram = new byte[1024];
        int length = await manager.ReceiveAsync(datagram, SocketFlags.None, Cancelled).AsTask().WaitAsync(Patience, Cancelled);
        return Encoding.UTF8.GetString(datagram, 0, length);
    }
}
