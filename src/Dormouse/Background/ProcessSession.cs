using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Dormouse.Background;

/// <summary>Lets this process go on after the one that started it, and its terminal, are gone.</summary>
internal static partial class ProcessSession
{
    private const int ReadWrite = 2;
    private const int WriteAppendCreate = 1 | 0x40 | 0x400;
    private const int OwnerReadWrite = 0x180;

    /// <summary>Leaves the terminal's session, so that its signals and its end do not reach this process.</summary>
    public static void Leave()
    {
        if (SetSid() < 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>
    /// Points standard input and output at nothing and standard error at a file: what a dying runtime writes is kept there, and the
    /// process that waits at the other end of the pipes reads their end.
    /// </summary>
    public static void CloseStandardStreams(string errorFile)
    {
        Redirect("/dev/null", ReadWrite, 0);
        Redirect("/dev/null", ReadWrite, 1);
        Redirect(errorFile, WriteAppendCreate, 2);
    }

    private static void Redirect(string path, int flags, int descriptor)
    {
        int opened = Open(path, flags, OwnerReadWrite);
        if (opened < 0 || Dup2(opened, descriptor) < 0)
        {
            throw new Win32Exception();
        }
        _ = Close(opened);
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
