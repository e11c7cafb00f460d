using Dormouse.Contracts;

namespace Dormouse.Instances.Backups.Places;

/// <summary>Where backups lie. A backup is there whole or not at all.</summary>
internal interface IBackupPlace
{
    /// <summary>As a person names it.</summary>
    string Text { get; }

    /// <summary>Keeps what <paramref name="write"/> writes under a name, once that has returned.</summary>
    /// <returns>How many bytes it takes.</returns>
    Task<long> WriteAsync(string name, Func<Stream, Task> write, CancellationToken cancellationToken);

    /// <param name="name">The backup's.</param>
    /// <param name="headOnly">Whether nothing but the header is read, so that nothing else need be sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DormouseException">DM3500: there is none of that name.</exception>
    Task<Stream> OpenAsync(string name, bool headOnly, CancellationToken cancellationToken);

    /// <summary>Names and sizes of what is there, in no order.</summary>
    Task<IReadOnlyList<(string Name, long SizeBytes)>> ListAsync(DatabaseId? only, CancellationToken cancellationToken);
}
