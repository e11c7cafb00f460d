namespace Dormouse.Query.Reads;

/// <summary>How the related records that a query of protocol A selects are read.</summary>
public enum ReadStrategy : byte
{
    /// <summary>One statement for the records, one more for each relation; the rows are joined here.</summary>
    Separate,

    /// <summary>One statement for all, in which the database joins and aggregates, where it can say what is asked for.</summary>
    Joined,
}
