using System.Runtime.InteropServices;
using System.Text;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// Launches a process that does not depend on the platform: an own session, an empty environment, standard output and error into a file,
/// nothing inherited but what is named. <c>posix_spawn</c> shares the memory until the exec, so the cost does not grow with the
/// platform's size; <see cref="System.Diagnostics.Process"/> can do none of this.
/// </summary>
internal static unsafe class DetachedProcess
{
    /// <param name="arguments">The program's full path, then its arguments.</param>
    /// <param name="output">Becomes standard output and error.</param>
    /// <param name="held">Stays open in the process as descriptor 3, for the lock that it carries.</param>
    public static int Launch(IReadOnlyList<string> arguments, int output, int? held)
    {
        int nothing = Libc.Check(Libc.Open("/dev/null", Libc.OReadWrite | Libc.OCloseOnExec, 0), "/dev/null");
        byte* actions = stackalloc byte[Libc.SpawnStructureBytes];
        byte* attributes = stackalloc byte[Libc.SpawnStructureBytes];
        byte* signals = stackalloc byte[Libc.SpawnStructureBytes];
        byte** words = stackalloc byte*[arguments.Count + 1];
        byte** environment = stackalloc byte*[1];
        environment[0] = null;
        Succeeds(Libc.FileActionsInit(actions));
        Succeeds(Libc.AttributesInit(attributes));
        try
        {
            Succeeds(Libc.FileActionsAddDuplicate(actions, nothing, 0));
            Succeeds(Libc.FileActionsAddDuplicate(actions, output, 1));
            Succeeds(Libc.FileActionsAddDuplicate(actions, output, 2));
            if (held is { } fd)
            {
                Succeeds(Libc.FileActionsAddDuplicate(actions, fd, 3));
            }
            // .NET ignores SIGPIPE and may block signals on this thread: neither is for PostgreSQL.
            Succeeds(Libc.AttributesSetFlags(attributes, Libc.SpawnSignalDefaults | Libc.SpawnSignalMask | Libc.SpawnNewSession));
            _ = Libc.SignalSetFill(signals);
            Succeeds(Libc.AttributesSetSignalDefaults(attributes, signals));
            _ = Libc.SignalSetEmpty(signals);
            Succeeds(Libc.AttributesSetSignalMask(attributes, signals));
            for (int i = 0; i < arguments.Count; i++)
            {
                words[i] = Terminated(arguments[i]);
            }
            words[arguments.Count] = null;
            Succeeds(Libc.Spawn(out int pid, arguments[0], actions, attributes, words, environment), arguments[0]);
            ProcessorTurns.Reset(pid);
            return pid;
        }
        finally
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                NativeMemory.Free(words[i]);
            }
            _ = Libc.FileActionsDestroy(actions);
            _ = Libc.AttributesDestroy(attributes);
            _ = Libc.Close(nothing);
        }
    }

    /// <summary>Takes the exit of a child, so that it does not stay as a zombie; nothing happens for a process that is not our child.</summary>
    public static void Reap(int pid)
    {
        const int WithoutHanging = 1;
        int status;
        _ = Libc.WaitPid(pid, &status, WithoutHanging);
    }

    private static byte* Terminated(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        var bytes = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, length));
        bytes[length] = 0;
        return bytes;
    }

    private static void Succeeds(int error, string what = "posix_spawn")
    {
        if (error != 0)
        {
            throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }
}
