using System.CommandLine;
using Dormouse.Background;
using Dormouse.Client;
using Dormouse.Contracts;
using Dormouse.Data;
using Dormouse.Instances.Swap;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary>
/// <c>down</c>: asks the running platform to stop itself and its instances, waits for its end, then stops and undoes what an earlier platform left
/// behind, if one crashed. An edge has none. Nothing to stop is no failure.
/// </summary>
internal static class DownCommand
{
    // Draining takes 10 s at most, and stopping some thousand instances a few minutes.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(20);

    public static Command Create(CommonOptions common)
    {
        var command = new Command("down", "Stop the platform and its instances, or the edge. Databases stay.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                DataFolder folder = common.Folder(parsed);
                if (!folder.Exists)
                {
                    common.PrintDone(parsed, $"There is no data folder '{folder.Path}': nothing to stop.");
                    return 0;
                }
                bool isEdge = folder.ReadRecord() is { Role: PlatformRecord.EdgeRole };
                bool ran = await AskAsync(folder, cancellationToken);
                using IDisposable folderLock = await LockAsync(folder, ran, cancellationToken);
                if (isEdge)
                {
                    // It has no instances; one that was killed has left its record.
                    folder.RemoveRecord();
                    common.PrintDone(parsed, ran ? "The edge is stopped." : "No edge ran.");
                    return 0;
                }
                int leftBehind = await LeftoverInstances.StopAsync(folder, common.Terminal, cancellationToken);
                await ZramSwap.Of(folder.Path).RemoveAsync(cancellationToken);
                common.PrintDone(
                    parsed,
                    ran ? "Dormouse and its instances are stopped."
                        : leftBehind > 0 ? $"No platform ran; {leftBehind} instances that an earlier one left are stopped."
                        : "No platform ran, and no instances."
                );
                return 0;
            }
        );
        return command;
    }

    private static async Task<bool> AskAsync(DataFolder folder, CancellationToken cancellationToken)
    {
        if (folder.ReadRecord() is not { } record || !record.IsAlive())
        {
            return false;
        }
        using ManagementClient client = ManagementClient.Find(folder);
        await client.StopAsync(cancellationToken);
        return true;
    }

    // The lock is free once the platform's process has ended.
    private static async Task<IDisposable> LockAsync(DataFolder folder, bool asked, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (folder.TryLock() is { } folderLock)
            {
                return folderLock;
            }
            if (!asked || TimeProvider.System.GetElapsedTime(started) > StopTimeout)
            {
                throw new DormouseException(
                    FailureKind.Conflict,
                    "DM1014",
                    asked
                        ? $"The process on '{folder.Path}' did not end within {StopTimeout.TotalMinutes:F0} minutes. Its log tells why; "
                            + "ending its process is safe, and another './dormouse down' then stops the instances."
                        : $"A platform on '{folder.Path}' is starting or stopping at this moment. Try again when it is done."
                );
            }
            await Task.Delay(LockPollInterval, TimeProvider.System, cancellationToken);
        }
    }
}
