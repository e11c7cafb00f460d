using Dormouse.Contracts;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Upgrades;

/// <summary>
/// Upgrades to another major version. Before the database is stopped: its image is found or made, and the disk looked at. Then the instance's writer stops
/// it and has <see cref="UpgradeCopy"/> move the data; <see cref="DataUpgrade"/> tells what a crash leaves. Thread-safe.
/// </summary>
public sealed partial class InstanceUpgrades(
    UpgradeOptions options,
    BackupOptions transfers,
    InstanceLifecycle lifecycle,
    ImageStore images,
    TemplateStore templates,
    TimeProvider time,
    ILogger<InstanceUpgrades> logger
) : IUpgrades, IDisposable
{
    private readonly BoundedGate turns = new(options.AtOnceMax, options.WaitingMax, UpgradeFailures.TooManyAtOnce);

    public async Task UpgradeAsync(DatabaseId id, int major, CancellationToken cancellationToken)
    {
        using IDisposable turn = await turns.EnterAsync(cancellationToken);
        InstanceRecord record = lifecycle.RecordOf(id);
        if (record.PreviousImage is not null)
        {
            throw UpgradeFailures.NotConfirmed(id, record.PreviousVersion);
        }
        PostgresImage from = images.Find(record.ImageDigest) ?? throw WakeFailures.ImageMissing(id, record.ImageDigest);
        if (major <= from.MajorVersion)
        {
            throw UpgradeFailures.NotUpward(major, from.MajorVersion);
        }
        PostgresImage to = await images.EnsureMajorAsync(major, new Progress<string>(), cancellationToken);
        InstanceTemplate template = await templates.EnsureAsync(to, cancellationToken);
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        long began = time.GetTimestamp();
        try
        {
            // It may have been made a moment ago and never have run; then it gets its passwords now.
            await lifecycle.WakeAsync(id, limit.Token);
            RoleSecrets own = lifecycle.OpenSecrets(id);
            InstanceFolder folder = lifecycle.FolderOf(id);
            RefuseUnlessRoom(folder);
            var order = new UpgradeOrder(
                folder,
                to,
                before =>
                    new UpgradeCopy(id, folder, before, own, from, template, templates, lifecycle, transfers.NotesPath, logger).RunAsync(
                        limit.Token
                    )
            );
            await lifecycle.Existing(id).UpgradeAsync(order);
            Log.Upgraded(logger, id, from.Version, to.Version, time.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested)
        {
            throw UpgradeFailures.Failed(id, $"it took longer than {options.Timeout.TotalHours:0.##} hours", exception);
        }
        catch (DormouseException exception) when (exception.Kind == FailureKind.ComputeAsleep)
        {
            throw UpgradeFailures.Failed(id, exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw UpgradeFailures.Failed(id, exception.Message, exception);
        }
    }

    public async Task ConfirmAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        await lifecycle.Existing(id).ConfirmUpgradeAsync(lifecycle.FolderOf(id)).WaitAsync(cancellationToken);
        Log.Confirmed(logger, id);
    }

    public async Task GoBackAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        await lifecycle.Existing(id).GoBackAsync(lifecycle.FolderOf(id)).WaitAsync(cancellationToken);
        Log.WentBack(logger, id, lifecycle.RecordOf(id).PostgresVersion);
    }

    public void Dispose() => turns.Dispose();

    private void RefuseUnlessRoom(InstanceFolder folder)
    {
        using InstanceTree data = InstanceTree.Open(folder.DataPath);
        long needed = data.SizeBytes() + options.DiskReserveBytes;
        long free = new DriveInfo(folder.Path).AvailableFreeSpace;
        if (free < needed)
        {
            throw BackupFailures.TooLittleDisk(folder.Path, needed, free);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            3550,
            LogLevel.Information,
            "{Id} upgraded from PostgreSQL {From} to {To} in {Milliseconds:0} ms; the data from before is kept"
        )]
        public static partial void Upgraded(ILogger logger, DatabaseId id, string from, string to, double milliseconds);

        [LoggerMessage(3551, LogLevel.Information, "The upgrade of {Id} is confirmed; the data from before is removed")]
        public static partial void Confirmed(ILogger logger, DatabaseId id);

        [LoggerMessage(3552, LogLevel.Information, "{Id} is back on PostgreSQL {Version}; what was written since its upgrade is removed")]
        public static partial void WentBack(ILogger logger, DatabaseId id, string? version);

        // UpgradeCopy has 3553. Next free id: 3554.
    }
}
