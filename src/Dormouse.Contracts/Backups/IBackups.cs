using Dormouse.Contracts.Management;

namespace Dormouse.Contracts;

/// <summary>What control does with backups. What is cut short leaves nothing behind: it is cleaned up at once or at the next start.</summary>
public interface IBackups
{
    /// <summary>Backs up a database while it is used; one that sleeps is woken.</summary>
    /// <param name="id">The database.</param>
    /// <param name="name">Its name, which the backup shows.</param>
    /// <param name="place">A folder, or <c>s3://bucket/folder</c>; null: the platform's own folder.</param>
    /// <param name="cancellationToken">Gives up, and removes what was written.</param>
    Task<BackupResource> TakeAsync(DatabaseId id, string name, string? place, CancellationToken cancellationToken);

    /// <summary>The whole backups of a place, oldest first.</summary>
    /// <param name="place">As above.</param>
    /// <param name="only">Those of one database; null: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<BackupResource>> ListAsync(string? place, DatabaseId? only, CancellationToken cancellationToken);

    /// <summary>Makes the instance of a new database from a backup, and leaves it running in the smallest class of the range.</summary>
    Task CreateFromAsync(DatabaseId id, BackupSource source, ClassRange range, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a backup in the place of what a database holds. Its sessions end at the very last; if the backup cannot be used, nothing has
    /// changed.
    /// </summary>
    Task ReplaceFromAsync(DatabaseId id, BackupSource source, CancellationToken cancellationToken);

    /// <summary>Makes the instance of a new database as a copy of another, which may be in use meanwhile, and leaves it running as above.</summary>
    Task CloneAsync(DatabaseId source, DatabaseId target, ClassRange range, CancellationToken cancellationToken);
}

/// <summary>A backup to restore.</summary>
/// <param name="Place">A folder, or <c>s3://bucket/folder</c>; null: the platform's own folder.</param>
/// <param name="Name">The backup's name there.</param>
/// <param name="Key">The key-encryption key under which it was sealed; null: one of the platform's.</param>
public sealed record BackupSource(string? Place, string Name, ReadOnlyMemory<byte>? Key)
{
    /// <summary>Leaves the key out, so that a log line cannot hold it.</summary>
    public override string ToString() => Name;
}
