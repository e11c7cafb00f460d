using Dormouse.Contracts;
using Dormouse.Edge.Http;
using Dormouse.Postgres;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Tests.Http;

public sealed class FailureReplyTests
{
    public static TheoryData<FailureKind> Kinds() => new(Enum.GetValues<FailureKind>());

    public static TheoryData<ServerFailure> ServerFailures() => new(Enum.GetValues<ServerFailure>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_failure_has_a_status_and_a_code(FailureKind kind)
    {
        FailureReply reply = FailureReply.From(new DormouseException(kind, "DM9999", "private"), "id", ErrorMapping.OfPlans);

        Assert.InRange(reply.Status, 400, 599);
        Assert.Matches("^P[0-9]{4}$", reply.Code);
    }

    [Theory]
    [InlineData(FailureKind.ComputeAsleep)]
    [InlineData(FailureKind.Compute)]
    [InlineData(FailureKind.Host)]
    [InlineData(FailureKind.ControlPlane)]
    [InlineData(FailureKind.Internal)]
    [InlineData(FailureKind.NotFound)]
    [InlineData(FailureKind.Conflict)]
    public void The_words_of_other_roles_stay_in_the_log(FailureKind kind) =>
        Assert.DoesNotContain(
            "private",
            FailureReply.From(new DormouseException(kind, "DM9999", "private"), "id", ErrorMapping.OfPlans).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [MemberData(nameof(ServerFailures))]
    public void Every_fault_on_the_way_to_the_server_has_a_status_and_a_code(ServerFailure failure)
    {
        FailureReply reply = FailureReply.From(new ServerConnectionException(failure, "DM5999", "text"), "id", ErrorMapping.OfPlans);

        Assert.InRange(reply.Status, 400, 599);
        Assert.Matches("^P[0-9]{4}$", reply.Code);
    }

    [Fact]
    public void What_may_be_repeated_says_when()
    {
        Assert.Equal(1, FailureReply.From(EdgeFailures.TooManyRequests(1), "id", ErrorMapping.OfPlans).RetryAfterSeconds);
        Assert.Equal(0, FailureReply.From(EdgeFailures.InvalidKey(), "id", ErrorMapping.OfPlans).RetryAfterSeconds);
        Assert.Equal(0, FailureReply.From(EdgeFailures.ConnectionLost(new IOException()), "id", ErrorMapping.OfPlans).RetryAfterSeconds);
    }
}
