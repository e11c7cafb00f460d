using Dormouse.Contracts;
using Dormouse.Edge.Transactions;

namespace Dormouse.Edge.Tests.Transactions;

public sealed class ClosedTransactionsTests
{
    [Fact]
    public void One_database_does_not_push_out_anothers()
    {
        var closed = new ClosedTransactions(new TransactionOptions());
        var quiet = DatabaseId.New();
        var busy = DatabaseId.New();
        closed.Remember(quiet, Closed("mine"));
        for (var i = 0; i < 1_000; i++)
        {
            closed.Remember(busy, Closed($"t{i}"));
        }

        Assert.Equal(TransactionOutcome.Committed, closed.Find(quiet, "mine")?.Outcome);
        Assert.Null(closed.Find(busy, "mine"));
        Assert.Null(closed.Find(busy, "t899"));
        Assert.NotNull(closed.Find(busy, "t900"));
    }

    [Fact]
    public void The_database_that_closed_longest_ago_is_forgotten_first()
    {
        var closed = new ClosedTransactions(new TransactionOptions { ClosedRememberedDatabases = 2 });
        DatabaseId[] databases = [DatabaseId.New(), DatabaseId.New(), DatabaseId.New()];
        closed.Remember(databases[0], Closed("a"));
        closed.Remember(databases[1], Closed("b"));
        closed.Remember(databases[0], Closed("c"));
        closed.Remember(databases[2], Closed("d"));

        Assert.NotNull(closed.Find(databases[0], "a"));
        Assert.Null(closed.Find(databases[1], "b"));
        Assert.NotNull(closed.Find(databases[2], "d"));
    }

    private static ClosedTransaction Closed(string id) => new(id, TransactionOutcome.Committed, TimeSpan.FromSeconds(5), 0);
}
