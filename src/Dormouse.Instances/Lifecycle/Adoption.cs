using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Resources;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>Processes that an earlier run of the platform left.</summary>
internal sealed record AdoptedRun(IInstanceRun Run, bool IsFrozen);

/// <summary>An instance found on disk, with its processes if it has any.</summary>
internal sealed record FoundInstance(DatabaseId Id, InstanceRecord Record, AdoptedRun? Alive);

/// <summary>One whose folder or processes could not be made sense of. Both stay as they are until a person has looked.</summary>
internal sealed record LeftAlone(DatabaseId Id, string Reason);

/// <summary>What an earlier platform left.</summary>
internal sealed record Findings(IReadOnlyList<FoundInstance> Found, IReadOnlyList<LeftAlone> LeftAlone);

/// <summary>
/// Finds, when the platform starts, what an earlier one left. A process belongs to an instance when its working directory is the instance's data
/// directory, by the kernel's own identity of that folder: numbers in files can lie after a crash, this cannot. Whatever belongs to this
/// data folder and to no instance in it is ended; other data folders are never touched. What cannot be made sense of is left alone, with its reason:
/// one broken instance keeps no other from being served.
/// 1. read the folders; 2. look through all processes once; 3. take over or end; 4. end what has no folder; 5. sweep sockets and groups.
/// </summary>
internal sealed partial class Adoption(
    DataFolder data,
    InstanceStarter starter,
    SandboxCommand command,
    ResourceGroups groups,
    KernelEvents events,
    ILogger logger
)
{
    private readonly Dictionary<DatabaseId, string> leftAlone = [];

    public async Task<Findings> FindAsync()
    {
        // 1
        var records = new Dictionary<DatabaseId, InstanceRecord>();
        var owners = new Dictionary<FileIdentity, DatabaseId>();
        foreach (DatabaseId id in ReadFolders(records))
        {
            InstanceFolder folder = starter.FolderOf(id);
            foreach (string path in (string[])[folder.DataPath, folder.UpgradingPath])
            {
                if (Directory.Exists(path) && FileIdentity.Of(path) is { } identity)
                {
                    owners[identity] = id;
                }
            }
        }

        // 2
        ILookup<DatabaseId, int> processes = ProcessTable
            .All()
            .Select(pid => (Pid: pid, Folder: ProcessTable.WorkingDirectory(pid)))
            .Where(seen => seen.Folder is { } folder && owners.ContainsKey(folder))
            .ToLookup(seen => owners[seen.Folder!.Value], seen => seen.Pid);

        // 3
        var found = new List<FoundInstance>();
        foreach ((DatabaseId id, InstanceRecord record) in records)
        {
            try
            {
                found.Add(await TakeOverAsync(id, record, [.. processes[id]]));
            }
            catch (Exception exception)
            {
                LeaveAlone(id, exception);
            }
        }

        // 4, 5
        EndHomeless([.. records.Keys, .. leftAlone.Keys]);
        SweepGroups(found);
        return new Findings(found, [.. leftAlone.Select(each => new LeftAlone(each.Key, each.Value))]);
    }

    private async Task<FoundInstance> TakeOverAsync(DatabaseId id, InstanceRecord found, int[] pids)
    {
        InstanceRecord record = await EndUpgradeAsync(id, found, pids);
        AdoptedRun? alive = ReferenceEquals(record, found) ? Open(id, record, pids) : null;
        try
        {
            if (alive is not null && !IsUsable(id, record))
            {
                await EndAsync(alive.Run);
                alive = null;
            }
            if (alive is null)
            {
                RemoveSocket(id);
            }
            if (DataSwap.Recover(starter.FolderOf(id), record))
            {
                Log.SwapCutShort(logger, id, record.SecretsSet ? "finished" : "undone");
                record = record.SecretsSet
                    ? record
                    : record with
                    {
                        ImageDigest = record.ReplacedImage ?? record.ImageDigest,
                        ReplacedImage = null,
                    };
            }
            return new FoundInstance(id, record, alive);
        }
        catch
        {
            alive?.Run.Dispose();
            throw;
        }
    }

    /// <summary>
    /// An upgrade that was cut short: its servers end, whatever they were doing, and the names and the record tell which data is in place. Both servers read
    /// or wrote nothing that was acknowledged to anybody.
    /// </summary>
    private async Task<InstanceRecord> EndUpgradeAsync(DatabaseId id, InstanceRecord record, int[] pids)
    {
        InstanceFolder folder = starter.FolderOf(id);
        if (record.UpgradingTo is not null)
        {
            foreach (int pid in pids)
            {
                _ = Libc.Kill(pid, Libc.SigKill);
            }
            // Free once the last process has gone.
            (await InstanceLock.TakeAsync(folder.LockPath, TimeProvider.System, CancellationToken.None)).Dispose();
            (await InstanceLock.TakeAsync(folder.UpgradingLockPath, TimeProvider.System, CancellationToken.None)).Dispose();
        }
        InstanceRecord recovered = DataUpgrade.Recover(folder, record);
        if (!ReferenceEquals(recovered, record))
        {
            recovered.Write(folder.RecordPath);
            Log.UpgradeCutShort(logger, id, recovered.ImageDigest);
        }
        DataUpgrade.Sweep(folder, recovered);
        return recovered;
    }

    private void LeaveAlone(DatabaseId id, Exception exception)
    {
        Log.LeftAlone(logger, id, exception);
        leftAlone[id] = exception.Message;
    }

    private List<DatabaseId> ReadFolders(Dictionary<DatabaseId, InstanceRecord> records)
    {
        var ids = new List<DatabaseId>();
        foreach (string path in Directory.EnumerateDirectories(data.InstancesPath))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith(InstanceStarter.DeletedPrefix, StringComparison.Ordinal))
            {
                // Its instance had ended before the folder got this name.
                TryRemove(path);
            }
            else if (DatabaseId.TryParse(name, out DatabaseId id))
            {
                try
                {
                    if (ReadFolder(id) is { } record)
                    {
                        ids.Add(id);
                        records[id] = record;
                    }
                }
                catch (Exception exception) when (CurrentRun.IsHostFault(exception))
                {
                    LeaveAlone(id, exception);
                }
            }
        }
        return ids;
    }

    /// <summary>Null if there is nothing to take over.</summary>
    private InstanceRecord? ReadFolder(DatabaseId id)
    {
        InstanceFolder folder = starter.FolderOf(id);
        DataSwap.RepairNames(folder);
        DataUpgrade.RepairNames(folder);
        if (!folder.HasData)
        {
            Log.HalfMade(logger, id);
            TryRemove(folder.Path);
            return null;
        }
        // Data without a readable record is somebody's data: a person decides.
        return InstanceRecord.TryRead(folder.RecordPath) is { } record && record.Id == id.ToString()
            ? record
            : throw new IOException($"It has data, but {folder.RecordPath} cannot be read.");
    }

    private void TryRemove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            Log.NotRemoved(logger, path, exception);
        }
    }

    private AdoptedRun? Open(DatabaseId id, InstanceRecord record, int[] pids)
    {
        // The postmaster is the first process of its sandbox. Without it the kernel has ended the others, or is about to.
        int? postmaster = pids.Where(pid => ProcessTable.InnermostPid(pid) == 1).Select(pid => (int?)pid).FirstOrDefault();
        if (postmaster is null || ProcessTable.Identify(postmaster.Value) is not { } identity)
        {
            foreach (int pid in pids)
            {
                _ = Libc.Kill(pid, Libc.SigKill);
            }
            return null;
        }
        int? parent = ProcessTable.Stat(identity.Pid)?.ParentPid;
        int? launcher = parent is > 1 && IsLauncher(ProcessTable.CommandLine(parent.Value)) ? parent : null;
        if (InstanceProcess.TryOpen(identity, launcher, events) is not { } process)
        {
            return null;
        }
        ResourceGroup group = starter.OpenGroup(id, record.SizeNow);
        group.Attach(process.RootPid);
        if (!group.IsFrozen && ProcessTable.Stat(identity.Pid)?.State == 'T')
        {
            // Stopped by signals although this platform freezes by groups, or half stopped by a platform that was killed over it.
            foreach (int pid in ProcessTable.Tree(process.RootPid))
            {
                _ = Libc.Kill(pid, Libc.SigCont);
            }
        }
        IInstanceRun run = starter.NewRun(process, group);
        // Whatever the last platform had it do.
        run.Yield(YieldLevel.None);
        return new AdoptedRun(run, group.IsFrozen);
    }

    /// <summary>A creation cut short before its roles had secrets, or secrets that cannot be opened: nobody could log in.</summary>
    private bool IsUsable(DatabaseId id, InstanceRecord record)
    {
        try
        {
            return record.SecretsSet && starter.OpenSecrets(id) is not null;
        }
        catch (DormouseException exception)
        {
            Log.NoSecrets(logger, id, exception.Message);
            return false;
        }
    }

    private static async Task EndAsync(IInstanceRun run)
    {
        await run.StopAsync();
        run.Dispose();
    }

    private void EndHomeless(HashSet<DatabaseId> known)
    {
        foreach (int pid in ProcessTable.All().ToList())
        {
            string[] words = ProcessTable.CommandLine(pid);
            if (!IsLauncher(words) || InstanceIn(words) is not { } id || known.Contains(id))
            {
                continue;
            }
            if (Directory.Exists(starter.FolderOf(id).DataPath))
            {
                // Its folder is there and was not understood; it stays as it is, with its processes.
                continue;
            }
            Log.Homeless(logger, id, pid);
            foreach (int child in ProcessTable.Tree(pid).Reverse())
            {
                _ = Libc.Kill(child, Libc.SigKill);
            }
        }
    }

    private bool IsLauncher(string[] words) => words.Length > 0 && words[0] == command.BubblewrapPath;

    /// <summary>The instance of this data folder that a launcher was told to bind.</summary>
    private DatabaseId? InstanceIn(string[] words)
    {
        foreach (string parent in (string[])[data.InstancesPath + "/", data.ReachPath + "/instances/"])
        {
            string? bound = Array.Find(words, word => word.StartsWith(parent, StringComparison.Ordinal));
            if (bound is not null && DatabaseId.TryParse(bound[parent.Length..].Split('/')[0], out DatabaseId id))
            {
                return id;
            }
        }
        return null;
    }

    private void RemoveSocket(DatabaseId id)
    {
        string socket = starter.FolderOf(id).SocketPath;
        File.Delete(socket);
        File.Delete(socket + ".lock");
    }

    private void SweepGroups(List<FoundInstance> found)
    {
        var awake = found
            .Where(instance => instance.Alive is not null)
            .Select(instance => instance.Id)
            .Concat(leftAlone.Keys)
            .Select(id => id.ToString())
            .ToHashSet();
        foreach (string name in groups.Names().Where(name => !awake.Contains(name)))
        {
            if (!DatabaseId.TryParse(name, out DatabaseId id) || !Directory.Exists(starter.FolderOf(id).DataPath))
            {
                Log.LeftoverGroup(logger, name);
            }
            try
            {
                groups.Remove(name);
            }
            catch (Exception exception) when (CurrentRun.IsHostFault(exception))
            {
                Log.NotRemoved(logger, name, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3440, LogLevel.Warning, "{Id} was being made when the platform ended; its folder holds no data and is removed")]
        public static partial void HalfMade(ILogger logger, DatabaseId id);

        [LoggerMessage(3441, LogLevel.Error, "{Id} could not be taken over and is left alone, with its processes if it has any")]
        public static partial void LeftAlone(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3446, LogLevel.Error, "{Name}, which belongs to no instance, could not be removed")]
        public static partial void NotRemoved(ILogger logger, string name, Exception exception);

        [LoggerMessage(3442, LogLevel.Error, "{Id} runs but cannot be used and is stopped: {Reason}")]
        public static partial void NoSecrets(ILogger logger, DatabaseId id, string reason);

        [LoggerMessage(3443, LogLevel.Warning, "{Id} has processes (below {Pid}) but no folder any more; they are ended")]
        public static partial void Homeless(ILogger logger, DatabaseId id, int pid);

        [LoggerMessage(3445, LogLevel.Warning, "{Id} was being replaced from a backup when the platform ended; that is {Outcome}")]
        public static partial void SwapCutShort(ILogger logger, DatabaseId id, string outcome);

        [LoggerMessage(
            3447,
            LogLevel.Warning,
            "An upgrade of {Id}, or its way back, was cut short; the data in place is of the image {Digest}"
        )]
        public static partial void UpgradeCutShort(ILogger logger, DatabaseId id, string digest);

        [LoggerMessage(3444, LogLevel.Information, "The group {Name} belongs to no instance and is removed")]
        public static partial void LeftoverGroup(ILogger logger, string name);
    }
}
