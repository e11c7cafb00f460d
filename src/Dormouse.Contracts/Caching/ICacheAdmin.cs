using Dormouse.Contracts.Management;

namespace Dormouse.Contracts;

/// <summary>What control does with the cached answers of this process's front door, and of all edges that follow it.</summary>
public interface ICacheAdmin
{
    /// <summary>The cache as a whole.</summary>
    CacheSummary Summary();

    /// <summary>What one database has in the cache and what that did, over time.</summary>
    CacheStatistics Statistics(DatabaseId database);

    /// <summary>Forgets answers; on return it is done, and no later request gets an older one.</summary>
    /// <param name="database">Whose.</param>
    /// <param name="tags">Those that have one of these tags; null: all of them.</param>
    /// <param name="cancellationToken">Gives up, which may leave it done or undone.</param>
    /// <returns>How many were forgotten.</returns>
    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/>: tags that no answer can have.</exception>
    ValueTask<int> InvalidateAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken);

    /// <summary>Forgets a database that is no more, its statistics too.</summary>
    ValueTask ForgetAsync(DatabaseId database, CancellationToken cancellationToken);
}
