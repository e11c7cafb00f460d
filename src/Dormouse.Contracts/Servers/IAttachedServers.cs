namespace Dormouse.Contracts;

/// <summary>
/// Which databases are attached, and where their servers are. Answers from memory: it is asked at every query. In one process it is
/// control's own table; with split roles a follower of it.
/// </summary>
public interface IAttachedServers
{
    /// <summary>Null: the database is not attached, so an instance serves it, or nobody.</summary>
    AttachedEndpoint? Find(DatabaseId id);
}
