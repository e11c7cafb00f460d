namespace Dormouse.Instances.Backups;

/// <summary>Where backups go, and their bounds.</summary>
public sealed class BackupOptions
{
    /// <summary>The folder that is meant where none is named.</summary>
    public required string DefaultPlace { get; init; }

    /// <summary>The file that says how an S3-compatible store is reached; it need not be there.</summary>
    public required string S3SettingsPath { get; init; }

    /// <summary>Where files that are being written elsewhere are noted, so that the next start can remove them.</summary>
    public required string NotesPath { get; init; }

    /// <summary>
    /// Backups, restores, clones, exports and imports at once. Each keeps a core busy with compression and a disk with reading, which the
    /// databases need too.
    /// </summary>
    public int AtOnceMax { get; init; } = 2;

    /// <summary>How many more may wait for their turn: a script over a hundred databases fits, a runaway one is told.</summary>
    public int WaitingMax { get; init; } = 128;

    /// <summary>What a restore or clone leaves free on the data folder's disk: running out there stops every database's log.</summary>
    public long DiskReserveBytes { get; init; } = 256L << 20;
}
