using System.Text.Json;
using Dormouse.Bench.Query;
using Dormouse.Bench.Reports;
using Dormouse.Bench.Wake;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Density;

/// <summary>Bare servers of the same image, settings and data as one stopped resident, each with one session that asked for its row.</summary>
internal sealed class BareFleet : IAsyncDisposable
{
    private readonly List<BareServer> servers = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dormouse-bare-");

    /// <param name="resident">Is awake, and then stopped.</param>
    public static async Task<BareFleet> CopyAsync(
        PlatformProcess platform,
        Resident resident,
        BenchRole role,
        int count,
        CancellationToken cancellationToken
    )
    {
        JsonElement shown = await platform.ShowAsync(resident.Id, cancellationToken);
        int pid = shown.GetProperty("pid").GetInt32();
        string commandLine = await File.ReadAllTextAsync($"/proc/{pid}/cmdline", cancellationToken);
        string image = Path.Combine(platform.DataPath, "images", shown.GetProperty("image").GetString()!, "root");
        await platform.SleepAsync(resident.Id, "stopped", cancellationToken);
        string data = Path.Combine(platform.DataPath, "instances", resident.Id, "data");
        var fleet = new BareFleet();
        // As root each server runs as the instance's user, who must be able to pass through.
        File.SetUnixFileMode(fleet.folder.FullName, File.GetUnixFileMode(fleet.folder.FullName) | UnixFileMode.OtherExecute);
        try
        {
            for (int i = 0; i < count; i++)
            {
                string own = fleet.folder.CreateSubdirectory(i.ToString(System.Globalization.CultureInfo.InvariantCulture)).FullName;
                fleet.servers.Add(
                    await BareServer.CopyAsync(commandLine.TrimEnd('\0').Split('\0'), image, data, own, role, cancellationToken)
                );
            }
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public BareServer First => servers[0];

    /// <summary>Megabytes that one running server takes: of available memory, and of its processes.</summary>
    public async Task<(Measure Available, double Processes)> RunningMegabytesAsync(CancellationToken cancellationToken)
    {
        Measure before = await HostMeter.AvailableMegabytesAsync([], cancellationToken);
        foreach (BareServer server in servers)
        {
            await server.StartAsync(cancellationToken);
        }
        int[] postmasters = [.. servers.Select(server => server.Pid)];
        Measure drop = HostMeter.Drop(before, await HostMeter.AvailableMegabytesAsync(postmasters, cancellationToken), servers.Count);
        double processes = HostMeter.MegabytesOfTrees(postmasters) / servers.Count;
        await StopAsync(cancellationToken);
        return (drop, processes);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        folder.Delete(recursive: true);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (BareServer server in servers)
        {
            await server.StopAsync(cancellationToken);
        }
    }
}
