using Dormouse.Contracts;
using Dormouse.Control.Attached;

namespace Dormouse.Control.Databases;

/// <summary>A database as the control store knows it, with its instance as it is at this moment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">What control is doing with it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Instance">Its instance; null while there is none.</param>
public sealed record Database(DatabaseId Id, string Name, DatabaseStatus Status, DateTimeOffset CreatedAt, InstanceStatus? Instance)
{
    /// <summary>The class that was asked for.</summary>
    public AskedClass Class { get; init; }

    /// <summary>The server of an attached database, which has no instance.</summary>
    public AttachedServer? Attached { get; init; }

    /// <summary>One word for a person: the instance's state once the database is ready, or that it is attached.</summary>
    public string State =>
        Status switch
        {
            DatabaseStatus.Creating => "creating",
            DatabaseStatus.Deleting => "deleting",
            _ when Attached is not null => "attached",
            _ when Instance is { IsLeftAlone: true } => "left alone",
            _ => Instance is { } instance ? WordOf(instance.State) : "missing",
        };

    public static string WordOf(InstanceState state) => state.ToString().ToLowerInvariant();
}

/// <summary>What was asked for a database's size.</summary>
/// <param name="Least">What it is while little is asked of it.</param>
/// <param name="Most">What it may become under load; null: what the platform says.</param>
public readonly record struct AskedClass(InstanceClass Least, InstanceClass? Most)
{
    /// <param name="platformMost">What a database may become of which nothing else was asked.</param>
    public ClassRange Within(InstanceClass platformMost) => new(Least, (InstanceClass)Math.Max((int)Least, (int)(Most ?? platformMost)));
}

/// <summary>How far a database's making or removal has come.</summary>
public enum DatabaseStatus
{
    /// <summary>Its instance is being made. Nobody has a key yet, so a creation that was cut short is undone.</summary>
    Creating,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>Its instance is being removed. A removal that was cut short is finished.</summary>
    Deleting,
}

/// <summary>A new database and the one sight of its first key.</summary>
public sealed record CreatedDatabase(Database Database, Connections.IssuedConnection First);
