using Dormouse.Contracts.Management;

namespace Dormouse.Contracts;

/// <summary>Extensions of PostgreSQL in a database, those that are allowed. A database that sleeps is woken.</summary>
public interface IExtensions
{
    /// <summary>The allowed ones that the database's image has, by name.</summary>
    Task<IReadOnlyList<ExtensionResource>> ListAsync(DatabaseId id, CancellationToken cancellationToken);

    /// <summary>Creates one, or finds it there.</summary>
    /// <exception cref="DormouseException">It is not allowed, the image lacks it, or PostgreSQL refuses.</exception>
    Task<ExtensionResource> AddAsync(DatabaseId id, string name, CancellationToken cancellationToken);

    /// <summary>Drops one on which nothing depends.</summary>
    /// <exception cref="DormouseException">It is not allowed or not there, or something depends on it.</exception>
    Task RemoveAsync(DatabaseId id, string name, CancellationToken cancellationToken);
}
