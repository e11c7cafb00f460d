namespace Dormouse.Contracts;

/// <summary>Databases to another major version of PostgreSQL. Whoever asks for one meanwhile waits, bounded.</summary>
public interface IUpgrades
{
    /// <summary>Moves a database to a higher major version by dump and restore, and keeps its data from before until that is confirmed.</summary>
    /// <exception cref="DormouseException">Whatever failed, the database is as it was and runs.</exception>
    Task UpgradeAsync(DatabaseId id, int major, CancellationToken cancellationToken);

    /// <summary>Removes the data from before the upgrade.</summary>
    Task ConfirmAsync(DatabaseId id, CancellationToken cancellationToken);

    /// <summary>Returns to the data from before the upgrade; what was written since is lost.</summary>
    Task GoBackAsync(DatabaseId id, CancellationToken cancellationToken);
}
