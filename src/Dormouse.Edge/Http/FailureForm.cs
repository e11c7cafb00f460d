using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Http;

/// <summary>How a protocol tells its client of a failure: the status and the body for what <see cref="FailureReply"/> found out.</summary>
internal abstract class FailureForm
{
    /// <summary>Client 7 takes code, text and meta from the body, whatever the status.</summary>
    public static readonly FailureForm OfPlans = new PlanFailureForm();

    /// <summary>How PostgreSQL's refusals are said in this protocol.</summary>
    public abstract ErrorMapping Errors { get; }

    public abstract int StatusOf(FailureReply reply);

    /// <summary>Writes the members of the body, without the braces.</summary>
    public abstract void WriteMembers(Utf8JsonWriter writer, FailureReply reply);

    private sealed class PlanFailureForm : FailureForm
    {
        public override ErrorMapping Errors => ErrorMapping.OfPlans;

        public override int StatusOf(FailureReply reply) => reply.Status;

        public override void WriteMembers(Utf8JsonWriter writer, FailureReply reply)
        {
            if (reply.Plan is { } plan)
            {
                plan.WriteMembers(writer);
                return;
            }
            writer.WriteString("code"u8, reply.Code);
            if (reply.Transaction is { } transaction)
            {
                writer.WriteString("error"u8, reply.Message);
                transaction.WriteMeta(writer);
                return;
            }
            // What the gateway says, as opposed to the engine, is called "message" by clients of both protocols.
            writer.WriteString("message"u8, reply.Message);
        }
    }
}
