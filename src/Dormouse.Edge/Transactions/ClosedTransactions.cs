using Dormouse.Contracts;

namespace Dormouse.Edge.Transactions;

internal enum TransactionOutcome
{
    Committed,
    RolledBack,
    Expired,

    /// <summary>Nobody asked anything of it for too long.</summary>
    Abandoned,

    /// <summary>The connection broke during the commit: nobody knows.</summary>
    Lost,
}

/// <summary>How one transaction ended.</summary>
internal readonly record struct ClosedTransaction(string Id, TransactionOutcome Outcome, TimeSpan Timeout, long StartedAt);

/// <summary>
/// The last closed transactions of each database, so that a late request hears what became of its transaction. Bounded per database,
/// so that no tenant makes another's be forgotten, and in the number of databases, where the one that closed longest ago goes.
/// Thread-safe.
/// </summary>
internal sealed class ClosedTransactions(TransactionOptions options)
{
    private readonly Dictionary<DatabaseId, LinkedListNode<Ring>> rings = [];
    private readonly LinkedList<Ring> byAge = [];
    private readonly Lock changing = new();

    public void Remember(DatabaseId database, ClosedTransaction closed)
    {
        lock (changing)
        {
            if (rings.TryGetValue(database, out LinkedListNode<Ring>? node))
            {
                byAge.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Ring>(new Ring(database));
                rings.Add(database, node);
            }
            byAge.AddLast(node);
            node.Value.Closed.Enqueue(closed);
            if (node.Value.Closed.Count > options.ClosedRememberedPerDatabase)
            {
                node.Value.Closed.Dequeue();
            }
            if (rings.Count > options.ClosedRememberedDatabases)
            {
                rings.Remove(byAge.First!.Value.Database);
                byAge.RemoveFirst();
            }
        }
    }

    public ClosedTransaction? Find(DatabaseId database, string id)
    {
        lock (changing)
        {
            if (rings.TryGetValue(database, out LinkedListNode<Ring>? node))
            {
                foreach (ClosedTransaction closed in node.Value.Closed)
                {
                    if (closed.Id == id)
                    {
                        return closed;
                    }
                }
            }
            return null;
        }
    }

    private sealed record Ring(DatabaseId Database)
    {
        public Queue<ClosedTransaction> Closed { get; } = new();
    }
}
