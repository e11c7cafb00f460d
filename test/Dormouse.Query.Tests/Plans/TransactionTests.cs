using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Plans;

public sealed class TransactionTests
{
    private static readonly string Plan = $$"""{"type":"transaction","args":{{Run.DataMap(Run.Query("A"), "id:int")}}}""";

    [Fact]
    public async Task A_transaction_is_begun_and_committed()
    {
        var session = new ScriptedSession(Reply.Of("id:23", ["1"]));
        Assert.Equal("""[{"id":1}]""", await Run.Plan(Plan, session));
        Assert.Equal(["BEGIN", "A", "COMMIT"], session.Log);
    }

    [Fact]
    public async Task Inside_a_transaction_of_the_client_none_is_begun()
    {
        var session = new ScriptedSession(Reply.Of("id:23", ["1"])) { InTransaction = true };
        await Run.Plan(Plan, session);
        Assert.Equal(["A"], session.Log);
    }

    [Fact]
    public async Task A_failed_statement_rolls_back()
    {
        var session = new ScriptedSession(Reply.Failing("23505", "duplicate key"));
        Assert.Equal("P2002", (await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Plan, session))).Code);
        Assert.Equal(["BEGIN", "A", "ROLLBACK"], session.Log);
    }

    [Fact]
    public async Task A_value_that_cannot_be_mapped_rolls_back_too()
    {
        var session = new ScriptedSession(Reply.Of("id:25", ["x"]));
        Assert.Equal("P2023", (await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Plan, session))).Code);
        Assert.Equal("ROLLBACK", session.Log[^1]);
    }

    [Fact]
    public async Task A_refused_commit_is_told_with_its_code()
    {
        var session = new ScriptedSession(Reply.Of("id:23", ["1"]))
        {
            CommitError = new DatabaseError
            {
                SqlState = "40001",
                Message = "could not serialize",
                Severity = "ERROR",
            },
        };
        Assert.Equal("P2034", (await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Plan, session))).Code);
    }
}
